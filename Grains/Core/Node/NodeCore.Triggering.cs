using System.Runtime.InteropServices;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Node;

/// <content>Carries between the groups and the node's triggering: effects in, proposals, scans and sends out.</content>
public sealed partial class NodeCore
{
    private readonly TriggerOutput _triggered = new();
    private readonly Dictionary<ulong, (GroupId Group, long Id)> _ownProposals = [];
    private readonly List<ulong> _ownToken = [];
    private readonly List<DueJob> _scanned = [];
    private ulong _nextOwn = OwnTokens;

    /// <summary>The node's triggering.</summary>
    public TriggerEngine Trigger { get; }

    /// <summary>Asks right before the socket write whether a claimed attempt may be written, once.</summary>
    public bool TryBeginSend(GroupId group, CommandNumber claim, MonoMs now, out SendRequest send)
    {
        var core = Engine.Find(group);
        var isStillLeader = core is not null && core.IsLeaderConfirmed(now)
            && Find(group)!.ArmedTerm == core.Term;
        if (isStillLeader)
        {
            // As everywhere in Raft, the newest voters count, applied or not: it is their clocks that decide.
            Trigger.OnVotersChanged(group, VotersOf(core!.Configuration), now);
        }

        return Trigger.TryBeginSend(claim, group, isStillLeader, now, out send);
    }

    private void OnEffects(GroupReplica replica, RaftCore core, in Entry entry, MonoMs now)
    {
        if (replica.Machine is not JobStateMachine jobs)
        {
            OnSystemApplied(replica, core, now);
            return;
        }

        if (replica.ArmedTerm == core.Term && core.Role == RaftRole.Leader)
        {
            Trigger.OnEffects(replica.Group, core.Term, CollectionsMarshal.AsSpan(_applied.Effects), now);
            if (entry.Kind == EntryKind.Configuration)
            {
                Trigger.OnVotersChanged(replica.Group, VotersOf(core.Configuration), now);
            }
        }
        else if (MayArm(replica, core))
        {
            replica.ArmedTerm = core.Term;
            Trigger.OnLeading(
                replica.Group, core.Term, LeadingState.Of(jobs), VotersOf(core.Configuration), now);
        }
    }

    /// <summary>A new leader acts only once the first entry of its own term is applied.</summary>
    private static bool MayArm(GroupReplica replica, RaftCore core) =>
        core.Role == RaftRole.Leader && replica.Point.Term == core.Term;

    private void TakeRoleChanges(NodeOutput output, MonoMs now)
    {
        foreach (var change in output.Engine.RoleChanges)
        {
            if (Find(change.Group) is { } replica && replica.ArmedTerm.Value > 0
                && (change.Role != RaftRole.Leader || change.Term != replica.ArmedTerm))
            {
                Disarm(replica, now, output);
            }
        }
    }

    private void Disarm(GroupReplica replica, MonoMs now, NodeOutput output)
    {
        replica.ArmedTerm = default;
        if (replica.Group.IsSystem)
        {
            OnSystemLeadingEnded(output);
        }
        else
        {
            Trigger.OnLeadingEnded(replica.Group, now);
        }
    }

    private void AdvanceTrigger(MonoMs now, NodeOutput output)
    {
        _triggered.Clear();
        Trigger.Advance(now, _triggered);
        foreach (var proposal in _triggered.Proposals)
        {
            ProposeOwn(proposal, now);
        }

        foreach (var scan in _triggered.Scans)
        {
            Scan(scan, now, output);
        }

        output.Sends.AddRange(_triggered.Sends);
        foreach (var forward in _triggered.Forwards)
        {
            Forward(forward, output);
        }
    }

    private void ProposeOwn(in TriggerProposal proposal, MonoMs now)
    {
        var status = Engine.Propose(proposal.Group, proposal.Payload.Span, out var index);
        if (status != ProposeStatus.Accepted)
        {
            Trigger.OnProposalFailed(proposal.Group, proposal.Id, now);
            return;
        }

        var token = ++_nextOwn;
        _ownProposals.Add(token, (proposal.Group, proposal.Id));
        _ownToken.Clear();
        _ownToken.Add(token);
        Find(proposal.Group)!.Proposed.Add(index, Engine.Find(proposal.Group)!.Term, _ownToken);
    }

    /// <summary>An own proposal was applied (its effects tell the rest) or is lost for certain.</summary>
    private void OnOwnAnswer(ulong token, in JobAnswer answer, MonoMs now)
    {
        if (_ownProposals.Remove(token, out var proposal) && !answer.IsOk)
        {
            Trigger.OnProposalFailed(proposal.Group, proposal.Id, now);
        }
    }

    private void Scan(in ScanRequest scan, MonoMs now, NodeOutput output)
    {
        if (Find(scan.Group) is not { IsDamaged: false, Machine: JobStateMachine jobs } replica)
        {
            return;
        }

        _scanned.Clear();
        ScanAnswer answer;
        try
        {
            answer = scan.Run(jobs, _scanned);
        }
        catch (RowsDamagedException)
        {
            MarkDamaged(replica, now, output);
            return;
        }

        Trigger.OnScanned(answer, now);
    }

    /// <summary>Half of an entry may be in the rows: they are not to become a checkpoint, and nothing of them is
    /// claimed any more, since no claim would be applied.</summary>
    private void MarkDamaged(GroupReplica replica, MonoMs now, NodeOutput output)
    {
        replica.IsDamaged = true;
        Disarm(replica, now, output);
        _checkpoints.Remove(replica.Group);
        output.Damaged.Add(replica.Group);
    }

    /// <summary>What a damaged replica says: ask another, or that there is none.</summary>
    private JobAnswer DamagedAnswer(GroupId group)
    {
        var isAlone = Engine.Find(group) is { } raft && raft.Configuration.IsOnlyVoter(raft.Self);
        return new JobAnswer(isAlone ? ErrorCode.VNodeDamaged : ErrorCode.NotLeader);
    }

    /// <summary>Hands outcomes to the leader that took over; it may be this node again.</summary>
    private void Forward(in ForwardedOutcome forward, NodeOutput output)
    {
        var core = Engine.Find(forward.Group);
        if (core is null || !core.Configuration.TryGet(core.Leader, out var leader))
        {
            return;
        }

        if (leader.Node == Self)
        {
            Engine.Propose(forward.Group, forward.Payload.Span, out _);
            return;
        }

        var message = new NodeMessage(
            NodeMessageKind.ForwardOutcomes, Self, forward.Group, ReplicaId.None, forward.Payload);
        output.Messages.Add(new NodeEnvelope(leader.Node, message.Encode()));
    }

    private void TakeForwarded(in NodeMessage message)
    {
        if (CommandBatch.TryDecode(message.Body.Span, out _) == ErrorCode.None)
        {
            Engine.Propose(message.Group, message.Body.Span, out _);
        }
    }
}
