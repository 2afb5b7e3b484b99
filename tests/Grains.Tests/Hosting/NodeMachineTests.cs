using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Grains.Tests.Hosting;

public sealed class NodeMachineTests : IDisposable
{
    private readonly MachineCluster _cluster = new();

    [Fact]
    public void A_new_disk_that_forms_leads_every_group_and_goes_on_after_a_restart()
    {
        var identity = _cluster.Start(1, forms: true).Machine.Identity;
        _cluster.RunUntil(_cluster.AreAllLed);
        _cluster.PutRoute();
        var created = _cluster.Create(1, "a", delayMs: 3_600_000);

        _cluster.Stop(1);
        _cluster.Start(1, forms: true);
        var found = _cluster.Get(1, "a");

        Assert.Equal(identity.Tag, _cluster[1].Machine.Identity.Tag);
        Assert.True(_cluster[1].Machine.Identity.IsFormed);
        Assert.Equal(created.Version, found.Version);
        Assert.Equal(JobState.Scheduled, found.State);
    }

    [Fact]
    public void A_due_job_is_sent_once_and_its_outcome_is_kept()
    {
        var node = _cluster.Start(1, forms: true);
        _cluster.Admit(1);
        _cluster.PutRoute();
        var trace = new TraceContext(7, 8, 1);
        var created = _cluster.Create(2, "a", delayMs: 20, trace: trace);

        _cluster.RunUntil(() => node.Attempts.Count > 0);
        var attempt = node.Attempts[0];
        node.Machine.EndAttempt(attempt.Group, attempt.Claim, AttemptResult.Answer(204, durationMs: 3));
        _cluster.RunUntil(() => _cluster.Get(2, "a").State == JobState.Delivered);

        Assert.Single(node.Attempts);
        Assert.Equal(created.Version, attempt.Version);
        Assert.Equal(100, attempt.Meta.Length);
        Assert.Equal(trace, attempt.Trace);
        Assert.Equal(1, attempt.Attempt);
    }

    [Fact]
    public void Groups_grow_to_three_nodes_and_survive_the_loss_of_the_first()
    {
        _cluster.Start(1, forms: true);
        _cluster.PutRoute();
        _cluster.Create(0, "a", delayMs: 3_600_000);
        _cluster.Start(2);
        _cluster.Start(3);
        _cluster.Grow(2);
        _cluster.Grow(3);

        _cluster.Stop(1);
        _cluster.RunUntil(_cluster.AreAllLed);

        Assert.Equal(JobState.Scheduled, _cluster.Get(0, "a").State);
        Assert.Equal(ErrorCode.None, _cluster.Create(1, "b", delayMs: 3_600_000).Code);
        _cluster.Start(1);
        _cluster.RunUntil(() => MachineCluster.Groups.All(group =>
            _cluster[1].Core.Find(group)!.Point.Index == _cluster.LeaderOf(group)?.Core.Find(group)!.Point.Index));
        Assert.All(MachineCluster.Groups, group => Assert.Equal(
            _cluster.LeaderOf(group)!.Core.Find(group)!.Machine.ContentHash,
            _cluster[1].Core.Find(group)!.Machine.ContentHash));
    }

    [Fact]
    public void A_node_that_was_away_for_too_long_gets_images()
    {
        using var cluster = new MachineCluster
        {
            Log = new()
            {
                SegmentBytes = 64 * 1024,
                SlotsMax = 16,
                RetainBytes = 64 * 1024,
                RetainMs = 1,
                ReserveBytes = 64 * 1024,
                BatchBytesMax = 64 * 1024,
            },
        };
        cluster.Start(1, forms: true);
        cluster.PutRoute();
        for (var job = 0; job < 200; job++)
        {
            cluster.Create(job % MachineCluster.VNodeCount, $"{job}", delayMs: 3_600_000, metaBytes: 4_000);
        }

        cluster.Start(2);
        cluster.Grow(2);
        cluster.RunUntil(() => MachineCluster.Groups.All(group =>
            cluster[2].Core.Find(group)!.Point.Index == cluster[1].Core.Find(group)!.Point.Index));

        Assert.True(cluster[2].Machine.ImagesInstalled >= MachineCluster.VNodeCount);
        Assert.All(MachineCluster.Groups, group => Assert.Equal(
            cluster[1].Core.Find(group)!.Machine.ContentHash, cluster[2].Core.Find(group)!.Machine.ContentHash));
        Assert.Equal(JobState.Scheduled, cluster.Get(199 % MachineCluster.VNodeCount, "199").State);
    }

    [Fact]
    public void Damaged_rows_are_made_anew_from_the_log_that_has_all_of_them()
    {
        _cluster.Start(1, forms: true);
        _cluster.PutRoute();
        for (var job = 0; job < 60; job++)
        {
            _cluster.Create(0, $"{job}", delayMs: 3_600_000);
        }

        var group = GroupId.Of(new VNodeId(0));
        var machine = _cluster[1].Machine;
        _cluster.RunUntil(() => machine.CheckpointOf(group) == machine.Core.Find(group)!.Point.Index);
        _cluster.Stop(1);
        Assert.NotEmpty(FilesOf(1, group));
        foreach (var path in FilesOf(1, group))
        {
            File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x5A, 5_000)]);
        }

        _cluster.Start(1, forms: true);

        Assert.Equal(JobState.Scheduled, _cluster.Get(0, "30").State);
        Assert.Empty(_cluster[1].Machine.LostAtStart);
        Assert.Empty(_cluster[1].Machine.Stopped);
    }

    [Fact]
    public void Blocks_of_rows_that_no_read_touches_leave_memory()
    {
        _cluster.Start(1, forms: true);
        _cluster.PutRoute();
        for (var job = 0; job < 60; job++)
        {
            _cluster.Create(0, $"{job}", delayMs: 3_600_000);
        }

        var group = GroupId.Of(new VNodeId(0));
        var before = _cluster[1].Machine;
        _cluster.RunUntil(() => before.CheckpointOf(group) == before.Core.Find(group)!.Point.Index);
        _cluster.Stop(1);

        _cluster.Start(1, forms: true);
        Assert.Equal(JobState.Scheduled, _cluster.Get(0, "30").State);
        _cluster.RunUntil(() => _cluster[1].Machine.BlocksReleased > 0);

        Assert.Equal(JobState.Scheduled, _cluster.Get(0, "30").State);
    }

    [Fact]
    public void A_disk_is_not_opened_under_the_number_of_another_node()
    {
        _cluster.Start(1, forms: true);
        _cluster.RunUntil(() => _cluster.AreAllLed() && _cluster[1].Machine.Identity.IsFormed);
        _cluster.Stop(1);

        Assert.Throws<InvalidDataException>(() => _cluster.Start(1, number: 2));

        _cluster.Start(1);
        _cluster.RunUntil(_cluster.AreAllLed);
    }

    [Fact]
    public void A_disk_that_holds_data_and_no_identity_is_left_as_it_is()
    {
        _cluster.Start(1, forms: true);
        _cluster.RunUntil(() => _cluster.AreAllLed() && _cluster[1].Machine.Identity.IsFormed);
        _cluster.Stop(1);
        var identity = Path.Combine(_cluster.DataOf(1), "identity");
        var bytes = File.ReadAllBytes(identity);

        bytes[6] ^= 1;
        File.WriteAllBytes(identity, bytes);
        Assert.Throws<InvalidDataException>(() => _cluster.Start(1, forms: true));
        File.Delete(identity);
        Assert.Throws<InvalidDataException>(() => _cluster.Start(1, forms: true));

        Assert.Equal(
            MachineCluster.VNodeCount + 1,
            Directory.GetDirectories(Path.Combine(_cluster.DataOf(1), "store")).Length);
        bytes[6] ^= 1;
        File.WriteAllBytes(identity, bytes);
        _cluster.Start(1, forms: true);
        _cluster.RunUntil(_cluster.AreAllLed);
    }

    [Fact]
    public void A_replica_that_is_dropped_leaves_no_rows_behind()
    {
        _cluster.Start(1, forms: true);
        _cluster.RunUntil(_cluster.AreAllLed);
        var stores = Path.Combine(_cluster.DataOf(1), "store");
        Assert.Equal(MachineCluster.VNodeCount + 1, Directory.GetDirectories(stores).Length);

        _cluster[1].Machine.Drop(new GroupId(2));
        _cluster.RunUntil(() => Directory.GetDirectories(stores).Length == MachineCluster.VNodeCount);

        Assert.Null(_cluster[1].Core.Find(new GroupId(2)));
    }

    public void Dispose() => _cluster.Dispose();

    private List<string> FilesOf(int node, GroupId group)
    {
        var stores = Directory.GetDirectories(Path.Combine(_cluster.DataOf(node), "store"), $"{group.Value}-*");
        return [.. stores.SelectMany(store => Directory.GetFiles(store, "*.z", SearchOption.AllDirectories))];
    }
}
