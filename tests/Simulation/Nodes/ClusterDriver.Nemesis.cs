using TimeMachine.Core.Raft;

namespace TimeMachine.Simulation.Nodes;

/// <content>What the nemesis may ask.</content>
public sealed partial class ClusterDriver
{
    private const long StopWaitUs = 15_000_000;
    private readonly Dictionary<int, long> _stopping = [];

    /// <summary>Whether all faults are over.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Told once when the faults are over.</summary>
    public Action? FaultsOver { get; set; }

    /// <inheritdoc/>
    public int LeaderNode()
    {
        var leading = _nodes.Where(node => node.Core is not null && LedBy(node).Any()).ToList();
        return leading.Count == 0 ? 0 : _run.World.Draws.Faults.Pick(leading).Host.Address;
    }

    /// <inheritdoc/>
    public bool CanLoseDisk(int node) =>
        _plan.Groups.All(group => TryGetSettled(group, out var settled)
            && WholeWithout(group, settled, node) >= QuorumWith(settled, node));

    /// <inheritdoc/>
    public bool CanLoseClock(int node) => _plan.Groups.All(group =>
    {
        if (!_known.TryGetValue(group, out var known))
        {
            return false;
        }

        var voters = Voters(known).ToList();
        var bad = voters.Count(voter => voter.Node.Value == node
            || _nodes[voter.Node.Value - 1] is { IsDueClockBad: true } or { Host.Clock.IsBad: true });

        // With fewer voters than three, the next change may leave the bad clock alone.
        return voters.Count >= _run.Swarm.ReplicaCount && bad <= (voters.Count - 1) / 2;
    });

    /// <inheritdoc/>
    public bool TryTransfer()
    {
        var led = _plan.Groups.Where(group => LeaderOf(group) is not null).ToList();
        if (led.Count == 0)
        {
            return false;
        }

        var group = _run.World.Draws.Faults.Pick(led);
        return TransferAway(LeaderOf(group)!, group);
    }

    /// <inheritdoc/>
    public void BeginPlannedStop(int node)
    {
        _stopping[node] = _run.World.NowUs;
        HandOverAll(_nodes[node - 1]);
    }

    /// <inheritdoc/>
    public bool IsReadyToStop(int node)
    {
        var stopping = _nodes[node - 1];
        HandOverAll(stopping);
        var isIdle = stopping.Core is null || !LedBy(stopping).Any();
        var isOver = isIdle || _run.World.NowUs - _stopping.GetValueOrDefault(node) > StopWaitUs;
        if (isOver)
        {
            _stopping.Remove(node);
        }

        return isOver;
    }

    /// <inheritdoc/>
    public void Join(int node) => _plan.Add(new NodeId(node));

    /// <inheritdoc/>
    public void Leave(int node) => _plan.Remove(new NodeId(node));

    /// <inheritdoc/>
    public bool HasLeft(int node) => _plan.Groups.All(group =>
        _known.TryGetValue(group, out var known) && !known.Members.ToArray().Any(member => member.Node.Value == node));

    /// <inheritdoc/>
    public void OnFaultsOver()
    {
        IsCalm = true;
        FaultsOver?.Invoke();
    }

    private bool IsStopping(int node) => _stopping.ContainsKey(node);

    private IEnumerable<GroupId> LedBy(SimNode node) =>
        _plan.Groups.Where(group => node.Core?.Engine.Find(group)?.Role == RaftRole.Leader);

    private void HandOverAll(SimNode node)
    {
        foreach (var group in LedBy(node).ToList())
        {
            TransferAway(node, group);
        }
    }

    private bool TransferAway(SimNode node, GroupId group)
    {
        var raft = node.Core!.Engine.Find(group)!;
        var targets = Voters(raft.Configuration)
            .Where(voter => voter.Replica != raft.Self && _nodes[voter.Node.Value - 1].Core is not null
                && !IsStopping(voter.Node.Value))
            .ToList();
        return targets.Count > 0 && node.BeginTransfer(group, _run.World.Draws.Faults.Pick(targets).Replica);
    }

    /// <summary>The configuration that a group's leader has committed; false while it has no leader or changes it.
    /// </summary>
    private bool TryGetSettled(GroupId group, out Configuration settled)
    {
        var raft = LeaderOf(group)?.Core!.Engine.Find(group);
        settled = raft is null ? Configuration.Empty : raft.Configuration;
        return raft is not null && raft.ConfigurationIndex <= raft.CommitIndex;
    }

    /// <summary>The majority that counts a learner of the node as a voter: it may be promoted before the leader sees
    /// that it is gone.</summary>
    private static int QuorumWith(Configuration known, int node)
    {
        var isLearner = known.Members.ToArray().Any(member =>
            member.Node.Value == node && member.Kind == MemberKind.Learner);
        return ((known.VoterCount + (isLearner ? 1 : 0)) / 2) + 1;
    }

    private int WholeWithout(GroupId group, Configuration known, int node) => Voters(known).Count(voter =>
        voter.Node.Value != node && _nodes[voter.Node.Value - 1] is { } holder && holder.HasItsDisk
        && holder.Identity.Owns(voter.Replica)
        && !holder.Lost.Contains((group, voter.Replica))
        && !holder.MayHaveLost(group));

    private static IEnumerable<Member> Voters(Configuration configuration) =>
        configuration.Members.ToArray().Where(member => member.Kind == MemberKind.Voter);
}
