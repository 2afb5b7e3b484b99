using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Storage.Tests.Limits;

/// <summary>What a node under load takes of its machine has a limit, however many replicas it has.</summary>
public sealed class NodeLimitTests : IDisposable
{
    private const int Replicas = DiskNode.VNodeCount + 1;
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-limits-").FullName;

    [Fact]
    public void Rows_in_memory_of_all_replicas_together_stay_within_their_budget()
    {
        const long Budget = 256 << 10;
        var most = 0L;
        using var node = new DiskNode(
            Path.Combine(_directory, "rows"), life: 1, options: new DiskNodeOptions { FreshBytesMax = Budget });
        var client = Begin(node);

        Run(node, client, () =>
        {
            most = Math.Max(most, node.Core.Replicas.Sum(static replica => replica.Store.FreshBytes));
            return client.Created > 4_000;
        });

        // What was under way when the budget was met comes on top: the requests of one turn.
        Assert.InRange(most, Budget / 4, Budget * 3 / 2);
        Assert.Equal(0, client.RefusedFull);
        Assert.Equal(0, client.RefusedOther);
    }

    [Fact]
    public void A_node_holds_no_more_files_open_after_many_checkpoints_than_after_a_few()
    {
        var disk = new FaultyFileSystem(RealFileSystem.EndingTheProcess());
        using (var node = new DiskNode(Path.Combine(_directory, "files"), life: 1, disk))
        {
            var client = Begin(node);
            var before = MostFiles(node, client, disk, checkpoints: 2 * Replicas);
            var after = MostFiles(node, client, disk, checkpoints: 6 * Replicas);

            Assert.InRange(after, 1, before + Replicas);
            Assert.InRange(after, 1, (24 + 4) + (8 * Replicas));
        }

        Assert.Equal(0, disk.OpenFiles);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static JobClient Begin(DiskNode node)
    {
        node.RunUntil(node.IsReady);
        var client = new JobClient(node, life: 1, static _ => { });
        client.Begin();
        return client;
    }

    /// <summary>Runs until so many more checkpoints are durable.</summary>
    /// <returns>The most files that were open at the end of a turn.</returns>
    private static int MostFiles(DiskNode node, JobClient client, FaultyFileSystem disk, int checkpoints)
    {
        var most = 0;
        var last = new Dictionary<GroupId, LogIndex>();
        Run(node, client, () =>
        {
            most = Math.Max(most, disk.OpenFiles);
            foreach (var group in node.Core.Replicas.Select(static replica => replica.Group))
            {
                var isNew = last.TryGetValue(group, out var index) && index < node.CheckpointOf(group);
                checkpoints -= isNew ? 1 : 0;
                last[group] = node.CheckpointOf(group);
            }

            return checkpoints <= 0;
        });
        return most;
    }

    private static void Run(DiskNode node, JobClient client, Func<bool> isOver) => node.RunUntil(() =>
    {
        while (client.OpenCount < 64)
        {
            client.Ask();
        }

        return isOver();
    });
}
