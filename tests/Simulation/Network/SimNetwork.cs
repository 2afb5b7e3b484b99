using TimeMachine.Simulation.Clocks;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Network;

/// <summary>Directed links between hosts. Messages are datagrams: lost, late, twice or out of order when a fault says
/// so.</summary>
public sealed partial class SimNetwork
{
    /// <summary>The most hosts of a run.</summary>
    public const int HostsMax = 128;

    /// <summary>Addresses are below this.</summary>
    public const int AddressesMax = 4_096;

    /// <summary>Lanes of a link, each in order by itself.</summary>
    public const int LanesMax = 4;

    private readonly World _world;
    private readonly List<SimHost> _hosts = [];
    private readonly int[] _siteOf = new int[AddressesMax];
    private readonly Link[] _links = new Link[HostsMax * HostsMax];
    private readonly long[] _lastArrivalUs = new long[HostsMax * HostsMax * LanesMax];
    private readonly LinkQuality _usual;

    /// <summary>Creates a network whose links all behave the same at first.</summary>
    public SimNetwork(World world, in LinkQuality usual)
    {
        _world = world;
        _usual = usual;
        Array.Fill(_siteOf, -1);
        Array.Fill(_links, new Link { Quality = usual });
    }

    /// <summary>All hosts, in the order of adding.</summary>
    public IReadOnlyList<SimHost> Hosts => _hosts;

    /// <summary>Adds a host; start it by <see cref="SimHost.StartAfter"/>.</summary>
    /// <param name="address">A node's number, or a client's or recipient's address of the caller's choice.</param>
    /// <param name="process">What runs there.</param>
    /// <param name="clock">Null draws a good clock.</param>
    /// <exception cref="InvariantViolationException">The address is taken or out of range, or there are too
    /// many.</exception>
    public SimHost AddHost(int address, ISimProcess process, SimClock? clock = null)
    {
        Invariant.Require(address is > 0 and < AddressesMax);
        Invariant.Require(_siteOf[address] < 0);
        Invariant.Require(_hosts.Count < HostsMax);
        var host = new SimHost(_world, address, process, clock ?? new SimClock(_world));
        _siteOf[address] = _hosts.Count;
        _hosts.Add(host);
        return host;
    }

    /// <summary>The host of an address.</summary>
    /// <exception cref="InvariantViolationException">Nobody has the address.</exception>
    public SimHost HostAt(int address) => TryHostAt(address)
        ?? throw new InvariantViolationException("no host has this address");

    /// <summary>The host of an address, or null.</summary>
    public SimHost? TryHostAt(int address) =>
        address is > 0 and < AddressesMax && _siteOf[address] >= 0 ? _hosts[_siteOf[address]] : null;

    /// <summary>Sends a message; the bytes are copied. Nothing happens when the sender is dying or nobody has the
    /// address.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver's address.</param>
    /// <param name="lane">0 to 3.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="attachment">An immutable object to hand over by reference.</param>
    public void Send(SimHost from, int to, int lane, ReadOnlySpan<byte> bytes, object? attachment = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        Invariant.Require(lane is >= 0 and < LanesMax);
        if (!from.IsRunning || TryHostAt(to) is not { } target)
        {
            return;
        }

        _world.Count(NetworkCounters.Sent);
        ref var link = ref LinkOf(from.Address, to);
        var draws = _world.Draws.Network;
        if (link.Cuts > 0)
        {
            _world.Count(NetworkCounters.CutOff);
            return;
        }

        if (draws.Ppm(link.Quality.LossPpm))
        {
            _world.Count(NetworkCounters.Lost);
            return;
        }

        var message = _world.Memory.TakeMessage();
        message.From = from.Address;
        message.To = to;
        message.Lane = lane;
        message.SentUs = _world.NowUs;
        message.Attachment = attachment;
        message.Fill(bytes);
        // A call arrives once or never, as over TCP; peers' batches may come from several connections.
        if (draws.Ppm(link.Quality.DuplicatePpm) && attachment is null)
        {
            message.References++;
            _world.Count(NetworkCounters.Duplicated);
            Launch(target, message, in link, isFree: true);
        }

        Launch(target, message, in link, draws.Ppm(link.Quality.ReorderPpm));
    }

    private void Launch(SimHost target, MessageBuffer message, in Link link, bool isFree)
    {
        var quality = link.Quality;
        var arrivalUs = _world.NowUs + quality.DelayUs + _world.Draws.Network.LongTail(quality.JitterUs)
            + (quality.MicrosPerKib * (long)message.Length / 1_024);
        if (isFree)
        {
            // It leaves the queue of its lane: later ones may overtake it, or it may overtake earlier ones.
            arrivalUs += _world.Draws.Network.Below(2L * (quality.DelayUs + quality.JitterUs) + 1);
            _world.Count(NetworkCounters.Reordered);
        }
        else
        {
            ref var last = ref _lastArrivalUs[(SiteLink(message.From, message.To) * LanesMax) + message.Lane];
            arrivalUs = Math.Max(arrivalUs, last);
            last = arrivalUs;
        }

        var argument = ((long)message.From << 32) | (uint)message.Length;
        _world.ScheduleEvent(target, new SimEvent(arrivalUs, SimHost.Deliver, 0, argument, message));
    }

    private ref Link LinkOf(int from, int to) => ref _links[SiteLink(from, to)];

    private int SiteLink(int from, int to)
    {
        Invariant.Require(_siteOf[from] >= 0 && _siteOf[to] >= 0);
        return (_siteOf[from] * HostsMax) + _siteOf[to];
    }

    private struct Link
    {
        public LinkQuality Quality;
        public int Cuts;
    }
}
