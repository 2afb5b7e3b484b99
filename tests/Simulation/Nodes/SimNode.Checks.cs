using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Core.Triggering;
using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Nodes;

/// <content>Rules that need to look into a node: what it answers, what it may still use, what it would send.</content>
public sealed partial class SimNode
{
    /// <summary>A slot of a rate may be taken so early (one step of the pacer), and clocks count in whole ms.</summary>
    private const int PaceToleranceMs = 12;

    private readonly Dictionary<ulong, LogIndex> _committedAtRead = [];
    private readonly Dictionary<NodeId, MonoMs> _clockHeardAt = [];
    private readonly Dictionary<RouteKey, (MonoMs At, int Share)> _paced = [];
    private readonly HashSet<SendRecord> _openSends = [];
    private readonly HashSet<(GroupId Group, ReplicaId Replica)> _ended = [];
    private readonly List<(GroupId Group, UnixMs Due)> _armed = [];

    /// <summary>A leader's due time counts only fresh clocks of a majority of the voters.</summary>
    public void CheckClocks()
    {
        if (Core is not { } core)
        {
            return;
        }

        var oldest = Now - new DueClockOptions().ReadingAgeMs;
        foreach (var raft in core.Engine.Groups)
        {
            if (raft.Role != RaftRole.Leader || !core.TryDueNow(raft.Group, Now, out _))
            {
                continue;
            }

            var fresh = 0;
            foreach (var member in raft.Configuration.Members)
            {
                var isFresh = member.Node == Id
                    || (_clockHeardAt.TryGetValue(member.Node, out var heardAt) && heardAt >= oldest);
                fresh += member.Kind == MemberKind.Voter && isFresh ? 1 : 0;
            }

            if (fresh * 2 <= raft.Configuration.VoterCount)
            {
                _run.World.Violate("clock-majority", $"node {Id} leads group {raft.Group} by {fresh} fresh clocks "
                    + $"of {raft.Configuration.VoterCount}");
            }
        }
    }

    /// <summary>What a store was opened with is what the state machine says that it is.</summary>
    private void CheckStore(NodeCore core, GroupId group)
    {
        if (Files is not null && core.Find(group)!.Machine is JobStateMachine machine
            && machine.ContentHash != machine.RecomputeContentHash())
        {
            _run.World.Violate("store-hash", $"node {Id} opens other rows of group {group} than it had at "
                + $"{machine.Applied}");
        }
    }

    private void NoteClocks(NodeOutput output)
    {
        foreach (var reading in output.Engine.ClockReadings)
        {
            _hasHeardClocks = true;
            _clockHeardAt[reading.Node] = Now;
        }
    }

    private void NoteRead(ulong token, ClientCall call)
    {
        if (call.Request.Kind == JobRequestKind.Get && _observer.Raft.TryGetGroup(call.Group, out var shadow))
        {
            _committedAtRead[token] = shadow.Committed;
        }
    }

    /// <summary>A read sees all that was committed before it was asked; a change that is said to be made is.</summary>
    private void CheckAnswer(ulong token, ClientCall call, in JobAnswer answer)
    {
        if (_committedAtRead.Remove(token, out var committed))
        {
            var isAnswered = answer.IsOk || answer.Code == ErrorCode.JobNotFound;
            if (isAnswered && (!_watches.TryGetValue(call.Group, out var watch) || watch.Applied < committed))
            {
                _run.World.Violate("stale-read", $"node {Id} reads group {call.Group} as of "
                    + $"{_watches.GetValueOrDefault(call.Group)?.Applied}, {committed} was committed before");
            }
        }
        else if (answer.IsOk && !_observer.Jobs.TryGetRequest(call.Request.RequestId, out _))
        {
            _run.World.Violate("acknowledged-unapplied", $"node {Id} acknowledges {call.Request.Kind} of "
                + $"{call.Request.Key}, which no replica applied");
        }
    }

    /// <summary>When a pause or a delete is answered, no node still claims by an older revision.</summary>
    private void CheckInForce(SystemCommandKind kind, in JobAnswer answer)
    {
        if (!answer.IsOk || kind is not (SystemCommandKind.PauseRoute or SystemCommandKind.MarkRouteDeleting))
        {
            return;
        }

        foreach (var node in All)
        {
            if (node._core is { } core && core.Routes.Revision < answer.Version && core.Gate.IsConfirmed(node.Now))
            {
                _run.World.Violate("in-force", $"{kind} of revision {answer.Version} is answered, node {node.Id} "
                    + $"is at {core.Routes.Revision}");
            }
        }
    }

    private void NoteArmed(GroupId group, ApplyOutput output)
    {
        var isLed = _core!.Engine.Find(group) is { Role: RaftRole.Leader } raft
            && raft.Term == _core.Trigger.TermOf(group);
        if (!isLed)
        {
            return;
        }

        foreach (var effect in output.Effects)
        {
            if (effect.Kind == JobEffectKind.Armed && !effect.InBacklog)
            {
                _armed.Add((group, effect.Due));
            }
        }
    }

    /// <summary>No job that waits outside of the backlogs is due before the sweeps begin.</summary>
    private void CheckWatermarks(NodeCore core)
    {
        foreach (var (group, due) in _armed)
        {
            var isLed = core.Engine.Find(group) is { Role: RaftRole.Leader } raft
                && raft.Term == core.Trigger.TermOf(group);
            if (isLed && core.Trigger.WatermarkOf(group) > due)
            {
                _run.World.Violate("watermark", $"node {Id} sweeps group {group} from "
                    + $"{core.Trigger.WatermarkOf(group)} on, a job waits for {due}");
            }
        }

        _armed.Clear();
    }

    private void NoteSend(SendRecord record, Route route)
    {
        _openSends.Add(record);
        if (route.RatePerSecond == 0)
        {
            return;
        }

        var gapMs = _paced.TryGetValue(route.Key, out var last) ? Now - last.At : long.MaxValue;
        if (gapMs < (1_000 / Math.Max(1, last.Share)) - PaceToleranceMs)
        {
            _run.World.Violate("pace", $"node {Id} sends to {route.Key} after {gapMs} ms, "
                + $"its share is {last.Share} a second");
        }

        _paced[route.Key] = (Now, _core!.Gate.ShareOf(route, Now).Rate);
    }

    private SendRecord? NewestSendOf(RouteKey route) =>
        _openSends.LastOrDefault(send => send.Info.Route == route.ToString());

    private int OpenSendsOf(RouteKey route, long nowUs) => _openSends.Count(send =>
        send.Info.Route == route.ToString() && nowUs - send.StartUs <= send.Info.TimeoutMs * 1_000L);

    /// <summary>What a holder may use and what it uses is never more than its applied record.</summary>
    private void CheckGrants(SystemStateMachine machine, ReadOnlyMemory<byte> payload)
    {
        var isRead = SystemCommandCodec.TryDecode(payload.Span, out var commands) == ErrorCode.None;
        Invariant.Require(isRead);
        foreach (var change in commands.Where(command => command.Kind == SystemCommandKind.GrantLeases)
            .SelectMany(command => command.Leases))
        {
            var record = machine.Leases.Of(change.Route)
                .FirstOrDefault(lease => lease.Node == change.Node && lease.Session == change.Session);
            var isLowered = _observer.Leases.Granted(machine, change, record);
            var holder = All[change.Node.Value - 1];
            if (holder._core is not { } core || core.Gate.Session != change.Session)
            {
                continue;
            }

            holder.CheckShare(change.Route);
            var open = holder.OpenSendsOf(change.Route, _observer.Violations.NowUs);
            if (isLowered && open > record.Slots && !_observer.Routes.MayBeGone(change.Route.ToString()))
            {
                _run.World.Violate("lease", $"node {holder.Id} has {open} open requests of {change.Route} "
                    + $"(the newest of {holder.NewestSendOf(change.Route)}), "
                    + $"its record is lowered to {record.Slots}");
            }
        }
    }

    private void CheckShares(NodeCore core)
    {
        foreach (var route in core.Routes.List())
        {
            if (route.IsLimited)
            {
                CheckShare(route.Key);
            }
        }
    }

    /// <remarks>The leases of a deleted route end with it, before its holders know.</remarks>
    private void CheckShare(RouteKey key)
    {
        if (_observer.Routes.MayBeGone(key.ToString()))
        {
            return;
        }

        var record = _observer.Leases.RecordOf(key, Id, _core!.Gate.Session);
        var share = _core.Routes.TryGet(key, out var route) ? _core.Gate.ShareOf(route, Now) : default;
        if (share.Slots > record.Slots || share.Rate > record.Rate)
        {
            _run.World.Violate("lease", $"node {Id} may use {share}, its record is {record}");
        }
    }

    /// <summary>An id whose end was synced is known to be dead by every later life of the disk.</summary>
    private void CheckEnded(IReadOnlyCollection<ReplicaId> dead)
    {
        foreach (var (group, replica) in _ended)
        {
            if (!dead.Contains(replica))
            {
                _run.World.Violate("dead-forgotten", $"node {Id} does not know that replica {replica} of group "
                    + $"{group} is dead");
            }
        }
    }

    private void ForgetChecks()
    {
        _committedAtRead.Clear();
        _clockHeardAt.Clear();
        _paced.Clear();
        _openSends.Clear();
        _armed.Clear();
    }
}
