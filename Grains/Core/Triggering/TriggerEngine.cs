using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// Makes every due job of the led vnodes an attempt, once: finds what is due, admits what its route can send now,
/// commits a claim, lets the sender write it, and commits the outcome. One per node, one owner. Inputs never block;
/// <see cref="Advance"/> gives out everything that follows from them.
/// </summary>
/// <remarks>
/// Nothing here is the truth: the applied state is. Whatever is lost here is found again by a sweep within a second,
/// and
/// whatever is wrong here is refused when it is applied.
/// </remarks>
public sealed partial class TriggerEngine
{
    private readonly TriggerOptions _options;
    private readonly RouteTable _routes;
    private readonly RouteGate _gate;
    private readonly DueClock _clock;
    private readonly Dictionary<GroupId, LedGroup> _led = [];
    private readonly List<ClockView> _clocks = [];
    private readonly PriorityQueue<LedGroup, (long At, long Order)> _groupTimers = new();
    private SplitMix64 _draws;
    private long _ids;
    private MonoMs _now;
    private MonoMs _nextDeadline;
    private bool _hasNews;

    /// <summary>Makes an engine that leads nothing.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="seed">For the jitter of retries and the spread of sweeps.</param>
    /// <param name="routes">The node's routes.</param>
    /// <param name="gate">What they let it send now.</param>
    /// <param name="clock">The node's due clock.</param>
    public TriggerEngine(TriggerOptions options, ulong seed, RouteTable routes, RouteGate gate, DueClock clock)
    {
        _options = options;
        _draws = new SplitMix64(seed);
        _routes = routes;
        _gate = gate;
        _clock = clock;
        _windowMs = options.WindowMs;
    }

    /// <summary>What was done since the start.</summary>
    public TriggerCounters Counters { get; } = new();

    /// <summary>Waiting jobs in memory.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>Claims that hold a slot of the node: proposed or committed, and not resolved.</summary>
    public int ClaimCount => _claimCount;

    /// <summary>When <see cref="Advance"/> is to be called again, if no input comes before.</summary>
    public MonoMs NextDeadline => _hasNews ? _now : _nextDeadline;

    /// <summary>This node leads a group: its replica has applied the first entry of its own term.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="term">The term in which it leads.</param>
    /// <param name="state">The applied state as of that entry; the effects of later ones follow.</param>
    /// <param name="voterNodes">The nodes of the voters.</param>
    /// <param name="now">The present.</param>
    public void OnLeading(
        GroupId groupId, Term term, LeadingState state, ReadOnlySpan<NodeId> voterNodes, MonoMs now)
    {
        OnLeadingEnded(groupId, now);
        var group = new LedGroup(groupId, term, ViewOf(voterNodes), state.DueFloor);
        group.Clock.Now = state.LogTime > group.Clock.Now ? state.LogTime : group.Clock.Now;
        _led.Add(groupId, group);
        Inherit(group, state.OpenClaims);
        foreach (var route in state.RoutesWithBacklog)
        {
            AddBacklog(QueueOf(route), group, default);
        }

        group.Sweep.NextAt = now + _options.SweepMs + _draws.Below(_options.SweepMs);
        group.NextFloorAt = now + _options.FloorStepMs;
        group.NextFinishedFloorAt = now + _options.FinishedFloorEveryMs;
        SetGroupTimer(group, now);
    }

    /// <summary>The group's voters may have changed.</summary>
    public void OnVotersChanged(GroupId groupId, ReadOnlySpan<NodeId> voterNodes, MonoMs now)
    {
        Take(now);
        if (_led.TryGetValue(groupId, out var group) && !voterNodes.SequenceEqual(group.Clock.Voters))
        {
            var last = group.Clock.Now;
            DropView(group.Clock);
            group.Clock = ViewOf(voterNodes);
            group.Clock.Now = last > group.Clock.Now ? last : group.Clock.Now;
        }
    }

    /// <summary>
    /// This node leads the group no more. Nothing of it is sent from now on; attempts under way go on, and their
    /// outcomes
    /// are handed to the new leader.
    /// </summary>
    public void OnLeadingEnded(GroupId groupId, MonoMs now)
    {
        Take(now);
        if (!_led.Remove(groupId, out var group))
        {
            return;
        }

        group.IsOver = true;
        DropPending(group);
        DropClaims(group);
        DropBacklogs(group);
        DropView(group.Clock);
    }

    /// <summary>
    /// The term in which this node leads a group; 0 if it does not. A send needs Raft to be in that term.
    /// </summary>
    public Term TermOf(GroupId groupId) => _led.TryGetValue(groupId, out var group) ? group.Term : default;

    /// <summary>Where a led group's sweeps begin: no job that waits outside of the backlogs is due before.</summary>
    public UnixMs WatermarkOf(GroupId groupId) =>
        _led.TryGetValue(groupId, out var group) ? group.Watermark : default;

    /// <summary>How late the oldest due job is that its route could send all along, in ms; 0 if none waits.</summary>
    public long OldestDueUnfiredMs()
    {
        var oldestMs = 0L;
        foreach (var queue in _active)
        {
            if (queue.Jobs.Count > 0 && queue.BlockedSince is null)
            {
                var head = queue.Jobs.Min;
                oldestMs = Math.Max(oldestMs, _pending[head.Id].Group.Clock.Now - head.Due);
            }
        }

        return oldestMs;
    }

    /// <summary>Does everything that is due.</summary>
    /// <param name="now">The present.</param>
    /// <param name="output">Cleared and filled.</param>
    public void Advance(MonoMs now, TriggerOutput output)
    {
        Take(now);
        output.Clear();
        _maintenanceLeft = _options.RefileBatch;
        _hasNews = false;
        ReadClocks();
        RunClaimTimers();
        RunGroupTimers();
        TurnWheel();
        AdmitAll();
        Flush(output);
        _nextDeadline = FindNextDeadline();
    }

    private void Take(MonoMs now)
    {
        _hasNews = true;
        if (now > _now)
        {
            _now = now;
            ReadClocks();
        }
    }

    private ClockView ViewOf(ReadOnlySpan<NodeId> voterNodes)
    {
        foreach (var known in _clocks)
        {
            if (voterNodes.SequenceEqual(known.Voters))
            {
                known.GroupCount++;
                return known;
            }
        }

        var view = new ClockView(voterNodes.ToArray()) { GroupCount = 1 };
        view.IsValid = _clock.TryNow(view.Voters, _now, out var time);
        view.Now = time;
        _clocks.Add(view);
        return view;
    }

    private void DropView(ClockView view)
    {
        view.GroupCount--;
        if (view.GroupCount == 0)
        {
            _clocks.Remove(view);
        }
    }

    private void ReadClocks()
    {
        foreach (var view in _clocks)
        {
            view.IsValid = _clock.TryNow(view.Voters, _now, out var time);
            view.Now = view.IsValid ? time : view.Now;
        }
    }

    private void SetGroupTimer(LedGroup group, MonoMs at)
    {
        group.TimerAt = at;
        _groupTimers.Enqueue(group, (at.Value, _ids++));
    }

    private void RunGroupBy(LedGroup group, MonoMs at)
    {
        if (at < group.TimerAt)
        {
            SetGroupTimer(group, at);
        }
    }

    private void RunGroupTimers()
    {
        while (_groupTimers.TryPeek(out var group, out var due) && due.At <= _now.Value)
        {
            _groupTimers.Dequeue();
            if (!group.IsOver && group.TimerAt.Value == due.At)
            {
                RunGroup(group);
            }
        }
    }

    private void RunGroup(LedGroup group)
    {
        EndHold(group);
        var next = group.HeldUntil ?? _now + _options.SweepMs;
        next = Earlier(next, RunHandover(group));
        next = Earlier(next, RunWindow(group));
        next = Earlier(next, RunSweep(group));
        MoveFinishedFloor(group);
        SetGroupTimer(group, next);
    }

    private MonoMs FindNextDeadline()
    {
        var next = _now + _options.QuietSweepMs;
        if (_groupTimers.TryPeek(out _, out var group))
        {
            next = Earlier(next, new MonoMs(group.At));
        }

        if (_claimTimers.TryPeek(out _, out var claim))
        {
            next = Earlier(next, new MonoMs(claim.At));
        }

        next = Earlier(next, NextWheelTurn());
        next = Earlier(next, NextAdmission());
        next = Earlier(next, NextForward());
        var soonest = _now + 1;
        return next > soonest ? next : soonest;
    }

    private static MonoMs Earlier(MonoMs left, MonoMs right) => left <= right ? left : right;
}
