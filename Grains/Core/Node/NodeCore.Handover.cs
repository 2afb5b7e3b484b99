using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Node;

/// <content>
/// Planned handovers: the open attempts are waited for, those of slow routes first, then leadership goes over without
/// any open one: a recipient that answers sees nothing twice. A node whose log is down to its reserve hands over
/// what it leads.
/// </content>
public sealed partial class NodeCore
{
    private const int HandoverPollMs = 10;
    private readonly List<Handover> _handovers = [];

    /// <summary>Told when a handover leaves this node: the group, its term, and when the handover began.</summary>
    public Action<GroupId, Term, MonoMs>? HandoverObserver { get; set; }

    /// <summary>Whether a group's leadership is on its way to another node.</summary>
    public bool IsHandingOver(GroupId group) => _handovers.Exists(handover => handover.Group == group);

    /// <summary>Begins to hand over a group that this node leads; one that is under way goes on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="target">A voter of it on another node.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if this node does not lead, or the target cannot take over: it is no voter, or its clock is off.
    /// </returns>
    public bool BeginHandover(GroupId group, ReplicaId target, MonoMs now)
    {
        if (Engine.Find(group) is not { Role: RaftRole.Leader } core || target == core.Self
            || !core.Configuration.TryGet(target, out var member) || member.Kind != MemberKind.Voter
            || !Clock.MayLead(member.Node, now))
        {
            return false;
        }

        if (!IsHandingOver(group))
        {
            _handovers.Add(new Handover(group, target, now));
            Trigger.BeginHandover(group, now);
        }

        return true;
    }

    private MonoMs NextHandover(MonoMs now) =>
        _handovers.Count > 0 ? now + HandoverPollMs : new MonoMs(long.MaxValue);

    private void AdvanceHandovers(MonoMs now)
    {
        for (var i = _handovers.Count - 1; i >= 0; i--)
        {
            if (IsOver(_handovers[i], now))
            {
                Trigger.EndHandover(_handovers[i].Group, now);
                _handovers.RemoveAt(i);
            }
        }
    }

    /// <summary>Moves a handover on. It is over when this node leads no more, or the target did not take over in
    /// time.</summary>
    private bool IsOver(Handover handover, MonoMs now)
    {
        if (Engine.Find(handover.Group) is not { Role: RaftRole.Leader } core
            || !core.Configuration.IsVoter(handover.Target))
        {
            return true;
        }

        if (handover.LeftAt is { } leftAt)
        {
            return now - leftAt >= _options.Engine.Raft.ElectionMaxMs;
        }

        if (!Trigger.IsHandedOver(handover.Group) || core.TransferTarget != ReplicaId.None)
        {
            return false;
        }

        handover.LeftAt = now;
        if (Engine.TransferLeadership(handover.Group, handover.Target, now) != TransferStatus.Accepted)
        {
            return true;
        }

        HandoverObserver?.Invoke(handover.Group, core.Term, handover.BeganAt);
        return false;
    }

    /// <summary>Work goes to nodes that have room for it.</summary>
    private void LeadOnlyWithRoom(MonoMs now)
    {
        if (!Engine.IsStorageFullOn(Self))
        {
            return;
        }

        foreach (var replica in _order)
        {
            var core = Engine.Find(replica.Group)!;
            if (core.Role != RaftRole.Leader || IsHandingOver(replica.Group))
            {
                continue;
            }

            foreach (var member in core.Configuration.Members)
            {
                var mayTake = member.Kind == MemberKind.Voter && member.Node != Self
                    && core.IsHeard(member.Replica, now) && !Engine.IsStorageFullOn(member.Node);
                if (mayTake && BeginHandover(replica.Group, member.Replica, now))
                {
                    break;
                }
            }
        }
    }

    private sealed class Handover(GroupId group, ReplicaId target, MonoMs beganAt)
    {
        public GroupId Group { get; } = group;

        public ReplicaId Target { get; } = target;

        public MonoMs BeganAt { get; } = beganAt;

        /// <summary>When the target was told to campaign; null while attempts are still open.</summary>
        public MonoMs? LeftAt { get; set; }
    }
}
