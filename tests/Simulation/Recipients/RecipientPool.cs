using TimeMachine.Simulation.Checkers;

namespace TimeMachine.Simulation.Recipients;

/// <summary>All recipients: what they do with a request is drawn from the seed by their route's script.</summary>
/// <remarks>The simulated node calls <see cref="BeginRequest"/> at the socket write, waits for
/// <c>min(plan.AfterMs, timeout)</c>, and calls <see cref="EndRequest"/> with what it saw.</remarks>
public sealed class RecipientPool
{
    private readonly Dictionary<string, RecipientScript> _scripts = [];
    private readonly List<SendRecord> _sends = [];
    private readonly HashSet<SendRecord> _open = [];
    private readonly ISendObserver _observer;
    private readonly ViolationLog _clock;
    private readonly ReachCounters _reach;
    private SplitMix64 _draws;
    private bool _isCalm;

    /// <summary>Makes the recipients of one run.</summary>
    /// <param name="seed">The seed of their behaviour.</param>
    /// <param name="observer">Who checks each request.</param>
    /// <param name="clock">The source of true time.</param>
    /// <param name="reach">Counts of the interesting states.</param>
    public RecipientPool(ulong seed, ISendObserver observer, ViolationLog clock, ReachCounters reach)
    {
        _draws = new SplitMix64(seed);
        _observer = observer;
        _clock = clock;
        _reach = reach;
    }

    /// <summary>All requests so far, in the order of their socket writes.</summary>
    public IReadOnlyList<SendRecord> Sends => _sends;

    /// <summary>Gives a route's recipient its script; without one it is good.</summary>
    public void SetScript(string route, in RecipientScript script) => _scripts[route] = script;

    /// <summary>From now on each recipient answers 200 soon: faults have stopped.</summary>
    public void Calm() => _isCalm = true;

    /// <summary>A sender writes a request to its socket.</summary>
    public SendRecord BeginRequest(SendInfo info)
    {
        var record = new SendRecord(info, _clock.NowUs, Draw(info));
        _sends.Add(record);
        _open.Add(record);
        _observer.SendBegan(record);
        return record;
    }

    /// <summary>A request ended for its sender.</summary>
    /// <param name="record">The request.</param>
    /// <param name="saw">How.</param>
    /// <param name="status">The HTTP status, or 0.</param>
    public void EndRequest(SendRecord record, SenderSaw saw, int status = 0)
    {
        if (!_open.Remove(record))
        {
            return;
        }

        (record.Saw, record.SawStatus, record.EndUs) = (saw, status, _clock.NowUs);
        _observer.SendEnded(record);
    }

    /// <summary>A node's process ended, and with it its sockets.</summary>
    public void NodeCrashed(NodeId node)
    {
        foreach (var record in _open.Where(record => record.Info.Node == node).ToList())
        {
            EndRequest(record, SenderSaw.Crash);
        }
    }

    private RecipientPlan Draw(SendInfo info)
    {
        var script = _isCalm ? RecipientScript.Good : _scripts.GetValueOrDefault(info.Route, RecipientScript.Good);
        var at = (int)_draws.Below(1_000);
        var afterMs = _draws.Between(1, Math.Max(1, script.AnswerMsMax));
        if ((at -= script.Fail) < 0)
        {
            return Answer(500, afterMs);
        }

        if ((at -= script.Gone) < 0)
        {
            return Answer(410, afterMs);
        }

        if ((at -= script.Throttle) < 0)
        {
            return Answer(429, afterMs) with { RetryAfterSeconds = (int)_draws.Between(1, 3) };
        }

        return DrawSilent(info, script, at, afterMs);
    }

    private RecipientPlan DrawSilent(SendInfo info, in RecipientScript script, int at, long afterMs)
    {
        if ((at -= script.Hang) < 0)
        {
            return new RecipientPlan { AfterMs = long.MaxValue, Saw = SenderSaw.Nothing, IsRead = true };
        }

        if ((at -= script.Late) < 0)
        {
            _reach.Hit(Reach.AnsweredLate);
            return Answer(200, info.TimeoutMs + afterMs);
        }

        if ((at -= script.DropBefore) < 0)
        {
            return new RecipientPlan { AfterMs = afterMs, Saw = SenderSaw.Broken };
        }

        if ((at -= script.DropAfter) < 0)
        {
            _reach.Hit(Reach.DroppedAfterReading);
            return new RecipientPlan { AfterMs = afterMs, Saw = SenderSaw.Broken, IsRead = true };
        }

        return at < script.Refuse
            ? new RecipientPlan { AfterMs = 1, Saw = SenderSaw.ConnectRefused }
            : Answer(200, afterMs);
    }

    private static RecipientPlan Answer(int status, long afterMs) => new()
    {
        AfterMs = afterMs,
        Saw = SenderSaw.Status,
        Status = status,
        IsRead = true,
    };
}
