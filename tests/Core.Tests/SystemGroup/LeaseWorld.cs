using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Tests.SystemGroup;

/// <summary>
/// Nodes with drifting clocks, a network that delays, loses and doubles, and a system group whose leader changes. True
/// time is in us; at every send the two limits are checked against it.
/// </summary>
internal sealed partial class LeaseWorld
{
    public static readonly RouteKey Key = RouteKey.Of("shop", "mail");
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Queue<long> _writes = new();
    private long _order;
    private SplitMix64 _draws;

    public LeaseWorld(LeaseWorldOptions options)
    {
        Options = options;
        _draws = new SplitMix64(options.Seed);
        for (var id = 1; id <= options.Nodes; id++)
        {
            var drift = (int)_draws.Between(-options.DriftPerMille, options.DriftPerMille);
            Nodes.Add(new LeaseNode(new NodeId(id), drift, _draws.Between(0, 1_000_000)));
        }

        foreach (var node in Nodes)
        {
            Commit(new SystemCommand
            {
                Kind = SystemCommandKind.AdmitNode,
                Name = $"node{node.Id}",
                Node = node.Id,
                Incarnation = 7,
            });
        }

        Commit(new SystemCommand { Kind = SystemCommandKind.PutRoute, Route = ARoute(options) });
        Nodes.ForEach(node => CatchUp(node, Log.Count));
        Elect(Nodes[0]);
        Nodes.ForEach(Start);
    }

    public LeaseWorldOptions Options { get; }

    public List<LeaseNode> Nodes { get; } = [];

    public long NowUs { get; private set; }

    public int Written { get; private set; }

    public int OpenAttempts { get; private set; }

    public List<byte[]> Log { get; } = [];

    public LeaseNode? Leader { get; private set; }

    public int Term { get; private set; }

    public static Route ARoute(LeaseWorldOptions options) => new()
    {
        Key = Key,
        WebhookUrl = "https://mail.example",
        Concurrency = options.Concurrency,
        RatePerSecond = options.Rate,
        TimeoutMs = options.TimeoutMs,
    };

    public MonoMs Clock(LeaseNode node) =>
        new(node.ClockOffsetMs + (NowUs * (1000 + node.DriftPerMille) / 1_000_000));

    public void RunFor(long milliseconds)
    {
        var endUs = NowUs + (milliseconds * 1000);
        while (_events.TryPeek(out _, out var next) && next.At <= endUs)
        {
            var action = _events.Dequeue();
            NowUs = next.At;
            action();
        }

        NowUs = endUs;
    }

    /// <summary>Counts the sends of a time that runs now.</summary>
    public int WrittenIn(long milliseconds)
    {
        var before = Written;
        RunFor(milliseconds);
        return Written - before;
    }

    /// <summary>The old leader does not know at once, and its proposals and reads lead nowhere from now on.</summary>
    public void Elect(LeaseNode next)
    {
        if (Leader is { } old)
        {
            After(_draws.Between(0, 600_000), () => Depose(old));
        }

        Leader = next;
        Term++;
        CatchUp(next, Log.Count);
        next.Granter.OnDeposed();
        next.LeadsIn = Term;
        next.Granter.OnElected(new Term(Term), Clock(next));
    }

    /// <summary>The process dies; the recipient works on what it has got until the timeout.</summary>
    public static void Crash(LeaseNode node)
    {
        node.IsUp = false;
        node.Session++;
        node.LeadsIn = 0;
    }

    public void Restart(LeaseNode node)
    {
        node.IsUp = true;
        Start(node);
    }

    public int Commit(SystemCommand command)
    {
        Log.Add(SystemCommandCodec.Encode(command));
        return Log.Count;
    }

    private void After(long us, Action action) => _events.Enqueue(action, (NowUs + us, _order++));

    private void Depose(LeaseNode node)
    {
        if (node.LeadsIn != Term)
        {
            node.LeadsIn = 0;
            node.Granter.OnDeposed();
        }
    }

    private void CatchUp(LeaseNode node, int count)
    {
        while (node.Applied < count)
        {
            node.Apply(Log[node.Applied]);
        }
    }

    private void OnWritten(LeaseNode node)
    {
        Written++;
        OpenAttempts++;
        _writes.Enqueue(NowUs);
        while (_writes.Peek() <= NowUs - 1_000_000)
        {
            _writes.Dequeue();
        }

        var isSlotFree = Options.Concurrency == 0 || OpenAttempts <= Options.Concurrency;
        var isRateKept = Options.Rate == 0 || _writes.Count <= Options.Rate;
        Assert.True(isSlotFree, $"{OpenAttempts} slots at {NowUs} us, node {node.Id}, seed {Options.Seed}");
        Assert.True(isRateKept, $"{_writes.Count} in a second at {NowUs} us, node {node.Id}, seed {Options.Seed}");
    }
}
