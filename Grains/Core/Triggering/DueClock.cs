namespace TimeMachine.Core.Triggering;

/// <summary>
/// The clock that triggers follow: monotonic time plus an anchor. A step of the wall clock is adopted at once only when
/// it is small; a large one needs a majority of the clocks. A group is led by the lower median of its voters' clocks,
/// so that one wrong clock of three makes nothing early.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="options">How far clocks are trusted.</param>
public sealed class DueClock(NodeId self, DueClockOptions options)
{
    /// <summary>The most voters that a group can have.</summary>
    public const int VotersMax = 64;

    private readonly List<Reading> _peers = [];
    private long _anchorMs;
    private bool _isSet;

    /// <summary>Takes a reading of this node's own clocks. The first sets the anchor.</summary>
    /// <param name="mono">The monotonic clock.</param>
    /// <param name="wall">The wall clock at the same moment.</param>
    public void Sample(MonoMs mono, UnixMs wall)
    {
        var stepMs = wall.Value - mono.Value - _anchorMs;
        var isSmall = Math.Abs(stepMs) <= options.StepMs;
        if (!_isSet || isSmall || IsMajorityNear(wall, mono))
        {
            _anchorMs = wall.Value - mono.Value;
            _isSet = true;
        }
    }

    /// <summary>Takes a peer's due clock. Transit makes it late, never early.</summary>
    /// <param name="peer">The peer; readings of this node itself are ignored.</param>
    /// <param name="peerDueNow">Its own due clock when it sent.</param>
    /// <param name="receivedAt">When it arrived here.</param>
    public void OnPeerReading(NodeId peer, UnixMs peerDueNow, MonoMs receivedAt)
    {
        if (peer == self)
        {
            return;
        }

        var reading = new Reading(peer, peerDueNow.Value - receivedAt.Value, receivedAt);
        var at = _peers.FindIndex(known => known.Node == peer);
        if (at < 0)
        {
            _peers.Add(reading);
        }
        else if (receivedAt >= _peers[at].ReceivedAt)
        {
            _peers[at] = reading;
        }
    }

    /// <summary>Forgets a node that left the cluster: its clock no longer counts towards a majority.</summary>
    public void Forget(NodeId peer) => _peers.RemoveAll(known => known.Node == peer);

    /// <summary>This node's due clock.</summary>
    /// <exception cref="InvariantViolationException">No sample was taken yet.</exception>
    public UnixMs Own(MonoMs mono)
    {
        Invariant.Require(_isSet);
        return new UnixMs(mono.Value + _anchorMs);
    }

    /// <summary>The due time of a group: the lower median of its voters' fresh clocks, this node's included.</summary>
    /// <param name="voters">The nodes of the group's voters, each once.</param>
    /// <param name="mono">The monotonic clock now.</param>
    /// <param name="now">The due time.</param>
    /// <returns>False if not a majority of the voters has a fresh clock: nothing may be triggered.</returns>
    public bool TryNow(ReadOnlySpan<NodeId> voters, MonoMs mono, out UnixMs now)
    {
        Invariant.Require(voters.Length <= VotersMax);
        Span<long> clocks = stackalloc long[VotersMax];
        var count = 0;
        foreach (var voter in voters)
        {
            if (TryRead(voter, mono, out clocks[count]))
            {
                count++;
            }
        }

        now = default;
        var isMajority = count > voters.Length / 2;
        if (!isMajority)
        {
            return false;
        }

        now = new UnixMs(LowerMedian(clocks[..count]));
        return true;
    }

    /// <summary>
    /// How far this clock is ahead of the lower median of all fresh clocks, in ms; negative if behind.
    /// </summary>
    public long SkewMs(MonoMs mono) => Own(mono).Value - MedianOfAll(mono);

    /// <summary>Whether this node's clock is near enough to the others for it to lead.</summary>
    public bool MayLead(MonoMs mono) => Math.Abs(SkewMs(mono)) <= options.LeadSkewMs;

    /// <summary>Whether another node's clock, as heard of last, is: leadership goes to no other.</summary>
    /// <param name="node">The node; one that is not heard of may not lead.</param>
    /// <param name="mono">The monotonic clock now.</param>
    public bool MayLead(NodeId node, MonoMs mono) =>
        TryRead(node, mono, out var clock) && Math.Abs(clock - MedianOfAll(mono)) <= options.LeadSkewMs;

    private long MedianOfAll(MonoMs mono)
    {
        var clocks = new long[_peers.Count + 1];
        clocks[0] = Own(mono).Value;
        var count = 1;
        foreach (var peer in _peers)
        {
            if (TryRead(peer.Node, mono, out clocks[count]))
            {
                count++;
            }
        }

        return LowerMedian(clocks.AsSpan(0, count));
    }

    /// <summary>
    /// All clocks that are remembered count, and one at least must agree: a node that is cut off does not adopt a step
    /// by itself. A peer that is not heard of for long has no more to do with this node, or has left.
    /// </summary>
    private bool IsMajorityNear(UnixMs wall, MonoMs mono)
    {
        var (near, all) = (1, 1);
        foreach (var peer in _peers)
        {
            all += mono - peer.ReceivedAt <= options.RememberMs ? 1 : 0;
            var isNear = TryRead(peer.Node, mono, out var clock) && Math.Abs(clock - wall.Value) <= options.AgreeMs;
            near += isNear ? 1 : 0;
        }

        return near * 2 > all && (near > 1 || _peers.Count == 0);
    }

    private bool TryRead(NodeId node, MonoMs mono, out long clock)
    {
        clock = mono.Value + _anchorMs;
        if (node == self)
        {
            return _isSet;
        }

        foreach (var peer in _peers)
        {
            if (peer.Node == node)
            {
                clock = mono.Value + peer.OffsetMs;
                return mono - peer.ReceivedAt <= options.ReadingAgeMs;
            }
        }

        return false;
    }

    private static long LowerMedian(Span<long> clocks)
    {
        clocks.Sort();
        return clocks[(clocks.Length - 1) / 2];
    }

    private readonly record struct Reading(NodeId Node, long OffsetMs, MonoMs ReceivedAt);
}
