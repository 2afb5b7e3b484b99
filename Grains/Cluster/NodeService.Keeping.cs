using TimeMachine.Core.Cluster;
using TimeMachine.Core.Raft;
using TimeMachine.Grains.Hosting;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Cluster;

/// <content>Keeping the cluster as planned, where the system group is led; and leaving in good order.</content>
internal sealed partial class NodeService
{
    private const int RoundMs = 500;
    private const int HandoverMsMax = 12_000;
    private static readonly TimeSpan HandoverPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReportWait = TimeSpan.FromSeconds(1);

    private async Task KeepAsync()
    {
        var keeper = new ClusterKeeper(new ReconcilerOptions());
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(RoundMs), _time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            await KeepRoundAsync(keeper);
        }
    }

    private async Task KeepRoundAsync(ClusterKeeper keeper)
    {
        try
        {
            var host = _host!;
            if (!await host.AskAsync(LeadsSystem))
            {
                return;
            }

            var plan = _plan!;
            var all = await ReportsAsync();
            foreach (var command in await host.AskAsync(
                machine => ClusterKeeper.AdmissionsOf(plan, all, machine.Core, machine.Now)))
            {
                await host.CallSystemAsync(command);
            }

            var (reports, now) = await host.AskAsync(machine =>
                (ClusterKeeper.AdmittedOf(all, machine.Core.SystemMachine!.Nodes), machine.Now));
            foreach (var (leader, step) in keeper.Reconcile(plan, reports, now))
            {
                await TakeStepAsync(keeper, leader, step);
            }

            foreach (var (node, replica) in ClusterKeeper.LeftoversOf(reports))
            {
                await TryDropAsync(node, replica);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException && !_stopping.IsCancellationRequested)
        {
            LogRoundFailed(error);
        }
    }

    private async Task TakeStepAsync(ClusterKeeper keeper, NodeId leader, GroupStep step)
    {
        try
        {
            if (await _grains.RaftLog(NameOf(leader)).StepAsync(step))
            {
                LogStep((ReconcileKind)step.Kind, step.Replica, step.Group, step.Node);
                return;
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotAsked(NameOf(leader), error.Message);
        }

        keeper.OnRefused(step);
    }

    /// <summary>What is not dropped now is found again in the next round.</summary>
    private async Task TryDropAsync(NodeId node, NamedReplica replica)
    {
        try
        {
            await _grains.RaftLog(NameOf(node)).DropAsync(replica);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotAsked(NameOf(node), error.Message);
        }
    }

    /// <summary>The reports of all nodes that answer in time.</summary>
    public async Task<IReadOnlyDictionary<NodeId, NodeReport>> ReportsAsync()
    {
        var members = Membership.CurrentSnapshot;
        var asked = _plan!.Nodes.FindAll(node => members.Find(node.Name) is not null)
            .ConvertAll(node => (node.Id, Report: TryReportAsync(node.Name)));
        var reports = new Dictionary<NodeId, NodeReport>();
        foreach (var (id, answer) in asked)
        {
            if (await answer is { } report)
            {
                reports[new NodeId(id)] = report;
            }
        }

        return reports;
    }

    private async Task<NodeReport?> TryReportAsync(string node)
    {
        try
        {
            return await _grains.RaftLog(node).ReportAsync().WaitAsync(ReportWait, _time);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNoReport(node, error.Message);
            return null;
        }
    }

    private string NameOf(NodeId node) => _plan!.Nodes.Find(known => known.Id == node.Value)!.Name;

    private static bool LeadsSystem(NodeMachine machine) =>
        machine.Core.Engine.Find(GroupId.System) is { Role: RaftRole.Leader } raft
        && raft.IsLeaderConfirmed(machine.Now);

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        if (_host is { } host)
        {
            await HandOverAsync(host, cancellationToken);
        }
    }

    /// <summary>Hands over what this node leads, so that no recipient sees anything twice; then closes the disk.
    /// </summary>
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        await _stopping.CancelAsync();
        await _ended.WaitAsync(CancellationToken.None);
        if (_host is not { } host)
        {
            return;
        }

        await HandOverAsync(host, cancellationToken);
        _host = null;
        await Task.Run(host.Dispose, CancellationToken.None);
    }

    private async Task HandOverAsync(NodeHost host, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        var left = await host.AskAsync(BeginHandovers);
        while (left > 0 && _time.GetElapsedTime(begun).TotalMilliseconds < HandoverMsMax
            && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(HandoverPoll, _time, CancellationToken.None);
            left = await host.AskAsync(BeginHandovers);
        }

        if (left > 0)
        {
            LogLeftLeading(Name, left);
        }
    }

    /// <summary>Begins to hand over what is led and is not on its way yet.</summary>
    /// <returns>How many groups this node still leads that another could.</returns>
    private static int BeginHandovers(NodeMachine machine)
    {
        var left = 0;
        foreach (var raft in machine.Core.Engine.Groups.ToList())
        {
            if (raft.Role != RaftRole.Leader || raft.Configuration.VoterCount < 2)
            {
                continue;
            }

            left++;
            if (!machine.Core.IsHandingOver(raft.Group) && TakerOf(machine, raft) is { } taker)
            {
                machine.Core.BeginHandover(raft.Group, taker, machine.Now);
            }
        }

        return left;
    }

    /// <summary>The voter that is nearest to the end of the log; of equal ones it is not always the same.</summary>
    private static ReplicaId? TakerOf(NodeMachine machine, RaftCore raft)
    {
        ReplicaId? taker = null;
        var best = new LogIndex(-1);
        foreach (var member in raft.Configuration.Members)
        {
            var isOther = member.Kind == MemberKind.Voter && member.Replica != raft.Self;
            if (!isOther || !raft.IsHeard(member.Replica, machine.Now)
                || !raft.TryGetProgress(member.Replica, out var match, out _))
            {
                continue;
            }

            var isTurn = match == best && (raft.Group.Value & 1) == 1;
            if (match > best || isTurn)
            {
                (taker, best) = (member.Replica, match);
            }
        }

        return taker;
    }
}
