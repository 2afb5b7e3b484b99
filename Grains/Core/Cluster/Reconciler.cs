using System.Linq;

namespace TimeMachine.Core.Cluster;

/// <summary>
/// Moves every group's membership towards the plan, online, one step a group at a time. Runs on the system group's
/// leader; what it forgets with a change of leader it finds again in the groups' own reports.
/// </summary>
/// <remarks>
/// Two of them may run for a moment, and reports may be old: safety does not rest on either, because every step names
/// the configuration that it was decided on, and a group's leader refuses it on any other.
/// </remarks>
public sealed class Reconciler(ReconcilerOptions options)
{
    private readonly Dictionary<GroupId, (ReconcileStep Step, MonoMs Since)> _underWay = [];
    private readonly Dictionary<NodeId, int> _catchUps = [];

    /// <summary>Decides the next steps: at most one a group, none for a group with a step under way.</summary>
    /// <param name="view">The present state.</param>
    /// <param name="now">Monotonic time of this node.</param>
    /// <param name="steps">The steps are added to this list.</param>
    public void Advance(ClusterView view, MonoMs now, List<ReconcileStep> steps)
    {
        CountCatchUps(view);
        var transfers = 0;
        foreach (var group in view.Groups)
        {
            if (IsUnderWay(group, now))
            {
                transfers += _underWay[group.Group].Step.Kind == ReconcileKind.TransferLeadership ? 1 : 0;
                continue;
            }

            var plan = new GroupPlan(view, group, TargetOf(view, group), options);
            var step = plan.Next(node => _catchUps.GetValueOrDefault(node) < options.CatchUpsPerNodeMax);
            if (step is null && transfers < options.BalancingTransfersMax)
            {
                step = plan.Balance();
            }

            transfers += step is { Kind: ReconcileKind.TransferLeadership } ? 1 : 0;
            Begin(step, now, steps);
        }
    }

    /// <summary>The step of this group was refused or failed: it is decided anew in the next round.</summary>
    public void OnRefused(GroupId group) => _underWay.Remove(group);

    private TargetNodes TargetOf(ClusterView view, GroupStatus group) => group.Group.IsSystem
        ? TargetNodes.OfSystem(view, group, options.SystemVotersMax)
        : TargetNodes.OfVNode(view, group.Group);

    private void Begin(ReconcileStep? decided, MonoMs now, List<ReconcileStep> steps)
    {
        if (decided is not { } step)
        {
            return;
        }

        if (step.Kind == ReconcileKind.AddLearner)
        {
            _catchUps[step.Node] = _catchUps.GetValueOrDefault(step.Node) + 1;
        }

        _underWay[step.Group] = (step, now);
        steps.Add(step);
    }

    private bool IsUnderWay(GroupStatus group, MonoMs now)
    {
        if (!_underWay.TryGetValue(group.Group, out var current))
        {
            return false;
        }

        if (!HasHappened(current.Step, group) && now - current.Since < options.StepTimeoutMs)
        {
            return true;
        }

        _underWay.Remove(group.Group);
        return false;
    }

    private static bool HasHappened(ReconcileStep step, GroupStatus group) => step.Kind switch
    {
        ReconcileKind.AddLearner => group.Replicas.Any(replica => replica.Node == step.Node),
        ReconcileKind.Promote => group.Replicas.Any(replica => replica.Replica == step.Replica && replica.IsVoter),
        ReconcileKind.Remove => group.Replicas.All(replica => replica.Replica != step.Replica),
        ReconcileKind.TransferLeadership => group.Leader == step.Replica,
        _ => throw new InvariantViolationException("unknown kind of step"),
    };

    private void CountCatchUps(ClusterView view)
    {
        _catchUps.Clear();
        foreach (var group in view.Groups)
        {
            foreach (var replica in group.Replicas)
            {
                if (!replica.IsVoter && replica.LagEntries > options.CaughtUpLagMax)
                {
                    _catchUps[replica.Node] = _catchUps.GetValueOrDefault(replica.Node) + 1;
                }
            }

            if (_underWay.TryGetValue(group.Group, out var current) && current.Step.Kind == ReconcileKind.AddLearner
                && !HasHappened(current.Step, group))
            {
                _catchUps[current.Step.Node] = _catchUps.GetValueOrDefault(current.Step.Node) + 1;
            }
        }
    }
}
