using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <content>The turn, and applying what it gave out.</content>
public sealed partial class NodeCore
{
    private readonly ApplyOutput _applied = new();
    private readonly List<ProposedEntry> _lost = [];

    /// <summary>Whether a turn now would give out anything.</summary>
    public bool HasWork(MonoMs now) =>
        _open.Count > 0 || _hasSystemNews || Engine.HasWork || Trigger.NextDeadline <= now;

    /// <summary>Says in one line what the node has to do: for logs and traces.</summary>
    public string Describe(MonoMs now) =>
        $"calls {_callCount}, open {_open.Count}, system news {_hasSystemNews}, "
        + $"trigger in {Trigger.NextDeadline - now} ms (pending {Trigger.PendingCount}, "
        + $"claims {Trigger.ClaimCount}), engine {Engine.Describe()}";

    /// <summary>When the next turn is due at the latest, if no input comes before.</summary>
    public MonoMs NextDeadline(MonoMs now)
    {
        var next = Engine.NextDeadline < Trigger.NextDeadline ? Engine.NextDeadline : Trigger.NextDeadline;
        var gate = Gate.NextDeadline(now);
        next = gate < next ? gate : next;
        var handover = NextHandover(now);
        next = handover < next ? handover : next;
        var wait = NextRouteWait();
        next = wait < next ? wait : next;
        var granter = _granter is { IsLeading: true } ? now + GranterMs : new MonoMs(long.MaxValue);
        return granter < next ? granter : next;
    }

    /// <summary>Does one turn. Answers and messages of earlier calls are kept; the engine's output is new.</summary>
    public void Advance(MonoMs now, NodeOutput output)
    {
        Engine.IsHostStorageFull = _checkpoints.IsStuck;
        AdvanceHandovers(now);
        AdvanceTrigger(now, output);
        AdvanceSystem(now, output);
        AdvanceRouteWaits(now, output);
        ProposeAll(now, output);
        Engine.Advance(new TurnContext(now, Clock.Own(now)), output.Engine);
        TakeReadings(output, now);
        TakeRoleChanges(output, now);
        TakeReads(now, output);
        _checkpoints.Take(now, output.Checkpoints);
    }

    /// <summary>
    /// Whether rows take so much memory that the host is to hold back what it was given to apply, until a checkpoint
    /// has ended.
    /// </summary>
    public bool IsApplyHeld => _checkpoints.IsFull;

    /// <summary>Applies committed entries of one group.</summary>
    public void Apply(in ApplyRange range, MonoMs now, NodeOutput output)
    {
        var core = Engine.Find(range.Group);
        if (core is null || Find(range.Group) is not { IsDamaged: false } replica)
        {
            return;
        }

        try
        {
            ApplyAll(replica, core, range, now, output);
        }
        catch (RowsDamagedException)
        {
            // Half of an entry may be applied: the replica is not to be read, nor to say how far it is.
            MarkDamaged(replica, now, output);
            return;
        }

        Engine.OnApplied(range.Group, replica.Point.Index);
        _checkpoints.OnApplied(range.Group, replica.Point.Index, replica.Store.FreshBytes, now);
        AnswerAppliedReads(replica, now, output);
    }

    private void ApplyAll(GroupReplica replica, RaftCore core, in ApplyRange range, MonoMs now, NodeOutput output)
    {
        for (var index = range.First; index <= range.Last; index += 1)
        {
            if (index <= replica.Point.Index)
            {
                continue;
            }

            var isThere = core.Log.TryGet(index, out var entry);
            Invariant.Require(isThere);
            ApplyOne(replica, core, entry, now, output);
        }
    }

    private void ApplyOne(GroupReplica replica, RaftCore core, in Entry entry, MonoMs now, NodeOutput output)
    {
        _applied.Clear();
        replica.Apply(entry, _applied);
        AppliedObserver?.Invoke(replica, entry, _applied);
        OnEffects(replica, core, entry, now);
        var isOurs = replica.Proposed.Take(entry.Index, entry.Term, out var proposed, _lost);
        if (isOurs)
        {
            AnswerApplied(proposed, now, output);
            replica.Proposed.Recycle(proposed);
        }

        foreach (var lost in _lost)
        {
            AnswerAll(lost, new JobAnswer(ErrorCode.ProposalLost), now, output);
            replica.Proposed.Recycle(lost);
        }

        _lost.Clear();
    }

    /// <summary>A client's command has a token of its own; all commands of an own proposal share one.</summary>
    private void AnswerApplied(in ProposedEntry proposed, MonoMs now, NodeOutput output)
    {
        if (proposed.Tokens[0] >= OwnTokens)
        {
            OnOwnAnswer(proposed.Tokens[0], default, now);
            return;
        }

        foreach (var answer in _applied.Answers)
        {
            AnswerOne(proposed.Tokens[answer.Position], answer.Answer, now, output);
        }
    }

    /// <summary>Told of each applied entry: for checkers and metrics.</summary>
    public Action<GroupReplica, Entry, ApplyOutput>? AppliedObserver { get; set; }
}
