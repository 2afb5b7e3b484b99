using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Grains.Tests.Hosting;

/// <summary>Images that take long, that are begun twice, and whose replica ends on the way.</summary>
public sealed class ImageFlowTests : IDisposable
{
    private readonly FaultyFileSystem _disk = new(RealFileSystem.EndingTheProcess());
    private readonly MachineCluster _cluster = new()
    {
        ChunkRetryMs = 100,
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

    private readonly HashSet<(GroupId Group, ulong Image)> _begun = [];
    private readonly HashSet<(GroupId Group, ulong Image)> _whole = [];
    private readonly Dictionary<GroupId, int> _parts = [];
    private readonly List<(GroupId Group, ReplicaId Replica)> _learners = [];

    private static IEnumerable<GroupId> VNodes => MachineCluster.Groups.Where(static group => !group.IsSystem);

    /// <summary>Told of each part that node 2 was given, with how many of its group came before.</summary>
    private Action<GroupId, int> _partCame = static (_, _) => { };

    [Fact]
    public void An_image_that_takes_long_to_finish_is_taken_though_its_leader_began_another()
    {
        StartNodes();
        using var gate = _disk.HoldAt(DiskOperation.Rename, name: "current");
        AddLearners();
        _cluster.RunUntil(() => gate.IsReached
            && _whole.Any(whole => _begun.Any(begun => begun.Group == whole.Group && begun != whole)));
        var group = _whole.First(whole => _begun.Any(begun => begun.Group == whole.Group && begun != whole)).Group;

        gate.Open();
        _cluster.RunUntil(() => _cluster[2].Core.Find(group)!.Point.Index > default(LogIndex));

        Assert.Single(_whole, whole => whole.Group == group);
        _cluster.RunUntil(() => VNodes.All(vnode => _cluster.HasCaughtUp(2, vnode)));
        Assert.All(VNodes, vnode => Assert.Equal(
            _cluster[1].Core.Find(vnode)!.Machine.ContentHash, _cluster[2].Core.Find(vnode)!.Machine.ContentHash));
    }

    [Fact]
    public void A_replica_that_ends_while_its_image_is_being_finished_leaves_nothing_behind()
    {
        StartNodes();
        using var gate = _disk.HoldAt(DiskOperation.Rename, name: "current");
        AddLearners();
        _cluster.RunUntil(() => gate.IsReached);

        foreach (var group in VNodes)
        {
            _cluster[2].Machine.Drop(group);
        }

        _cluster.RunUntil(() => _cluster[2].Core.Replicas.Count == 0);
        gate.Open();

        ShouldBeginAgainFromNothing();
    }

    [Fact]
    public void A_replica_may_end_behind_any_part_of_its_image()
    {
        StartNodes();
        _partCame = (group, before) =>
        {
            if (before == group.Value - 1)
            {
                var machine = _cluster[2].Machine;
                machine.Post(() => machine.Drop(group));
            }
        };
        AddLearners();
        _cluster.RunUntil(() => _parts.Count == MachineCluster.VNodeCount && _cluster[2].Core.Replicas.Count == 0);

        ShouldBeginAgainFromNothing();
    }

    public void Dispose() => _cluster.Dispose();

    /// <summary>A node with more jobs than its log keeps, and one without anything.</summary>
    private void StartNodes()
    {
        _cluster.Disks[2] = _disk;
        _cluster.Start(1, forms: true);
        _cluster.PutRoute();
        for (var job = 0; job < 200; job++)
        {
            _cluster.Create(job % MachineCluster.VNodeCount, $"{job}", delayMs: 3_600_000, metaBytes: 4_000);
        }

        _cluster.Start(2);
        _cluster.BatchDelivered = Note;
    }

    private void AddLearners()
    {
        foreach (var group in VNodes)
        {
            _learners.Add((group, _cluster.AddLearner(2, group)));
        }
    }

    private void ShouldBeginAgainFromNothing()
    {
        _partCame = static (_, _) => { };
        _cluster.RunUntil(() => StoresOfTwo().Length == 0);
        var turns = 0;
        _cluster.RunUntil(() => ++turns > 20);
        Assert.Empty(StoresOfTwo());

        _learners.ForEach(learner => _cluster.Remove(2, learner.Group, learner.Replica));
        _cluster.Grow(2);

        Assert.True(_cluster[2].Machine.ImagesInstalled >= MachineCluster.VNodeCount);
        _cluster.ShouldAgree();
    }

    private string[] StoresOfTwo() => Directory.GetDirectories(Path.Combine(_cluster.DataOf(2), "store"));

    private void Note(NodeId to, byte[] batch)
    {
        var body = batch.AsMemory(PeerBatchHeader.Bytes..^PeerBatchHeader.TrailerBytes);
        for (var position = 0; to.Value == 2 && position < body.Length;)
        {
            Assert.True(RaftMessageCodec.TryRead(body, ref position, out var message));
            if (message.Kind != RaftMessageKind.InstallSnapshot)
            {
                continue;
            }

            _begun.Add((message.Group, message.SnapshotId));
            if (message.IsLast)
            {
                _whole.Add((message.Group, message.SnapshotId));
            }

            var before = _parts.GetValueOrDefault(message.Group);
            _parts[message.Group] = before + 1;
            _partCame(message.Group, before);
        }
    }
}
