using TimeMachine.Core.Jobs;

namespace TimeMachine.Grains.Tests.Hosting;

/// <summary>Rows that go bad on the disk of a node that runs: nothing wrong is served, and the peers make them anew.
/// </summary>
public sealed class DamagedDiskTests : IDisposable
{
    private const int Jobs = 40;
    private const int PageBytes = 4_096;
    private static readonly GroupId Group = GroupId.Of(new VNodeId(0));
    private readonly MachineCluster _cluster = new();
    private readonly List<CommandNumber> _versions = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_rows_in_a_cluster_are_never_served_and_the_replica_is_made_anew(bool isLeader)
    {
        StartAndFill();
        _cluster.Start(2);
        _cluster.Start(3);
        _cluster.Grow(2);
        _cluster.Grow(3);
        var nodes = Enumerable.Range(1, 3).ToList();
        nodes.ForEach(AwaitCheckpoint);
        var leader = _cluster.LeaderOf(Group)!;
        var harmed = nodes.Last(node => node != leader.Core.Self.Value);
        var lost = _cluster[harmed].Core.Engine.Find(Group)!.Self;

        Damage(harmed);
        if (isLeader)
        {
            leader.Core.Engine.TransferLeadership(Group, lost, leader.Machine.Now);
        }

        for (var job = 0; job < Jobs; job++)
        {
            ShouldBeServed(job);
        }

        _cluster.RunUntil(() => _cluster[harmed].Core.Engine.IsDead(lost));
        Assert.Null(_cluster[harmed].Core.Find(Group));
        Assert.Empty(_cluster[harmed].Machine.Stopped);
        _cluster.RunUntil(() => StoresOf(harmed).Length == 0);
        _cluster.Remove(harmed, Group, lost);
        _cluster.Grow(harmed, Group);
        _cluster.ShouldAgree();
        var machine = (JobStateMachine)_cluster[harmed].Core.Find(Group)!.Machine;
        Assert.Equal(machine.ContentHash, machine.RecomputeContentHash());
        Assert.Equal(Jobs / 2, machine.LiveCount);
    }

    [Fact]
    public void Damaged_rows_that_nobody_else_has_stop_their_vnode_and_are_left_as_they_are()
    {
        StartAndFill();
        AwaitCheckpoint(1);
        Damage(1);
        var files = FilesOf(1);

        var answer = _cluster.Get(0, "1");

        Assert.Equal(ErrorCode.VNodeDamaged, answer.Code);
        Assert.Equal(Group, Assert.Single(_cluster[1].Machine.Stopped));
        Assert.Equal(ErrorCode.None, _cluster.Create(1, "other", delayMs: 3_600_000).Code);
        Assert.Equal(ErrorCode.VNodeDamaged, _cluster.Get(0, "2").Code);
        Assert.Equal(files, FilesOf(1));
    }

    public void Dispose() => _cluster.Dispose();

    private void StartAndFill()
    {
        _cluster.Start(1, forms: true);
        _cluster.PutRoute();
        for (var job = 0; job < Jobs; job++)
        {
            _versions.Add(_cluster.Create(0, $"{job}", delayMs: 3_600_000, metaBytes: 400).Version);
        }
    }

    private void AwaitCheckpoint(int node) => _cluster.RunUntil(() =>
        _cluster[node].Core.Find(Group) is { } replica
        && replica.Point.Index > default(LogIndex)
        && _cluster[node].Machine.CheckpointOf(Group) == replica.Point.Index);

    /// <summary>Every other job is cancelled, which makes every replica read it; the rest is read from the leader.
    /// </summary>
    private void ShouldBeServed(int job)
    {
        var key = JobKey.Of("shop", "orders", $"{job}");
        if (job % 2 == 0)
        {
            var id = new RequestId(90_000 + (ulong)job);
            var cancel = new JobRequest { Kind = JobRequestKind.Cancel, Key = key, RequestId = id };
            Assert.Equal(ErrorCode.None, _cluster.Call(0, cancel).Code);
            return;
        }

        var found = _cluster.Get(0, $"{job}");
        Assert.Equal(ErrorCode.None, found.Code);
        Assert.Equal(_versions[job], found.Version);
        Assert.Equal(JobState.Scheduled, found.State);
    }

    /// <summary>Turns a bit in every page of the rows.</summary>
    private void Damage(int node)
    {
        var paths = FilesOf(node);
        Assert.NotEmpty(paths);
        foreach (var path in paths)
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            for (var at = 0L; at < file.Length; at += PageBytes)
            {
                file.Position = at;
                var flipped = (byte)(file.ReadByte() ^ 0x10);
                file.Position = at;
                file.WriteByte(flipped);
            }
        }
    }

    private string[] StoresOf(int node) =>
        Directory.GetDirectories(Path.Combine(_cluster.DataOf(node), "store"), $"{Group.Value}-*");

    private List<string> FilesOf(int node) =>
        [.. StoresOf(node).SelectMany(store => Directory.GetFiles(store, "*.z", SearchOption.AllDirectories)).Order()];
}
