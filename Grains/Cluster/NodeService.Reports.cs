using TimeMachine.Core.Cluster;
using TimeMachine.Core.Raft;
using TimeMachine.Grains.Hosting;

namespace TimeMachine.Grains.Cluster;

/// <content>What the node says of itself, and the steps that it carries out for its groups.</content>
internal sealed partial class NodeService
{
    private const long OldestDueMsMax = 5_000;

    /// <summary>What the node says of itself; null while it is not open.</summary>
    public async Task<NodeReport?> ReportAsync() =>
        _host is { } host ? await host.AskAsync(ReportOf) : null;

    /// <summary>Carries out a step for a group that this node leads.</summary>
    public async Task<bool> StepAsync(GroupStep step) =>
        _host is { } host && await host.AskAsync(machine => Carry(machine, step));

    /// <summary>Ends a replica that is no member of its group any more.</summary>
    public async Task DropAsync(NamedReplica replica)
    {
        if (_host is { } host)
        {
            await host.AskAsync(machine =>
            {
                var raft = machine.Core.Engine.Find(new GroupId(replica.Group));
                if (raft is not null && raft.Self.Value == replica.Replica)
                {
                    machine.Drop(raft.Group);
                }

                return true;
            });
        }
    }

    private NodeReport ReportOf(NodeMachine machine)
    {
        var replicas = new List<ReplicaReport>();
        foreach (var raft in machine.Core.Engine.Groups)
        {
            replicas.Add(ReportOf(machine, raft));
        }

        var core = machine.Core;
        return new NodeReport
        {
            Node = core.Self.Value,
            Tag = machine.Identity.Tag,
            IsReady = IsReady(out _),
            MayLead = !_isStopping && core.Clock.MayLead(machine.Now) && !core.Engine.IsStorageFullOn(core.Self),
            Replicas = replicas,
            Dead = [.. core.Engine.DeadReplicas.Select(replica => replica.Value)],
            RestAddress = _options.RestAddress,
        };
    }

    private static ReplicaReport ReportOf(NodeMachine machine, RaftCore raft)
    {
        var isLeader = raft.Role == RaftRole.Leader && raft.IsLeaderConfirmed(machine.Now);
        var members = new List<MemberReport>();
        if (isLeader)
        {
            foreach (var member in raft.Configuration.Members)
            {
                raft.TryGetProgress(member.Replica, out var match, out _);
                members.Add(new MemberReport(
                    member.Replica.Value,
                    member.Node.Value,
                    member.Kind == MemberKind.Voter,
                    raft.IsHeard(member.Replica, machine.Now),
                    raft.Log.LastIndex - match));
            }
        }

        return new ReplicaReport
        {
            Group = raft.Group.Value,
            Replica = raft.Self.Value,
            Term = raft.Term.Value,
            ConfigurationIndex = raft.ConfigurationIndex.Value,
            CommitIndex = raft.CommitIndex.Value,
            IsLeader = isLeader,
            IsChangeable = isLeader && raft.HasCommittedInTerm && raft.ConfigurationIndex <= raft.CommitIndex
                && raft.TransferTarget == ReplicaId.None && !machine.Core.IsHandingOver(raft.Group),
            Members = members,
        };
    }

    private static bool Carry(NodeMachine machine, GroupStep step)
    {
        var group = new GroupId(step.Group);
        var raft = machine.Core.Engine.Find(group);
        if (raft is not { Role: RaftRole.Leader } || raft.ConfigurationIndex.Value != step.ConfigurationIndex)
        {
            return false;
        }

        var (replica, node) = (new ReplicaId(step.Replica), new NodeId(step.Node));
        var kind = (ReconcileKind)step.Kind;
        if (kind == ReconcileKind.TransferLeadership)
        {
            return machine.Core.BeginHandover(group, replica, machine.Now);
        }

        var change = kind switch
        {
            ReconcileKind.AddLearner => ConfigurationChangeKind.AddLearner,
            ReconcileKind.Promote => ConfigurationChangeKind.Promote,
            ReconcileKind.Remove => ConfigurationChangeKind.Remove,
            _ => throw new InvalidDataException($"A step of an unknown kind: {step.Kind}."),
        };
        var status = machine.Core.Engine.ProposeConfiguration(
            group, new ConfigurationChange(change, replica, node), out _);
        return status == ProposeStatus.Accepted;
    }

    /// <summary>Why the node cannot do its work; empty if it can.</summary>
    private static string NotReadyReason(NodeMachine machine)
    {
        var core = machine.Core;
        if (!core.Gate.IsConfirmed(machine.Now))
        {
            return "the system group has not confirmed the routes for a while";
        }

        if (!core.Clock.MayLead(machine.Now))
        {
            return "the node's clock is off";
        }

        if (machine.Stopped.Count > 0)
        {
            return $"{machine.Stopped.Count} vnodes are damaged and have no other copy";
        }

        return core.Trigger.OldestDueUnfiredMs() > OldestDueMsMax ? "due jobs are not fired" : "";
    }
}
