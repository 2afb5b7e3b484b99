using System.Buffers.Binary;
using TimeMachine.Simulation.Files;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>
/// What a killed merge left is gone before the next one: ZoneTree uses the names again, and reads a count of blocks
/// from a file that it finds, however torn.
/// </summary>
[Collection(Alone.Name)]
public sealed class OrphanTests
{
    private const string Rows = ReplicaRun.Directory + "/rows-1";
    private const long MemoryMax = 64L << 20;

    [Fact]
    public void A_torn_file_of_a_killed_merge_is_gone_before_the_next()
    {
        var disk = new SimFileSystem();
        var script = JobScript.Draw(seed: 5, entries: 40, ids: 60);
        ApplyAndCheckpoint(disk, script, upTo: 20);
        Plant(disk);

        var before = GC.GetTotalAllocatedBytes();
        using (var run = new ReplicaRun(disk))
        {
            Assert.Empty(Planted(disk));
        }

        var hash = ApplyAndCheckpoint(disk, script, upTo: 40);

        Assert.True(GC.GetTotalAllocatedBytes() - before < MemoryMax, "the torn file was read");
        using var again = new ReplicaRun(disk);
        Assert.Equal(hash, again.Machine.RecomputeContentHash());
    }

    [Fact]
    public void A_torn_file_in_the_way_of_a_merge_costs_a_try_and_no_memory()
    {
        var disk = new SimFileSystem();
        var script = JobScript.Draw(seed: 5, entries: 40, ids: 60);
        using var run = new ReplicaRun(disk);
        foreach (var entry in script)
        {
            run.Apply(entry);
            if (run.Applied.Value % 20 == 0)
            {
                Plant(disk);
                var before = GC.GetTotalAllocatedBytes();

                run.Checkpoint();

                Assert.True(GC.GetTotalAllocatedBytes() - before < MemoryMax, "the torn file was read");
            }
        }

        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
    }

    private static UInt128 ApplyAndCheckpoint(SimFileSystem disk, List<ReadOnlyMemory<byte>> script, int upTo)
    {
        using var run = new ReplicaRun(disk);
        while (run.Applied.Value < upTo)
        {
            run.Apply(script[(int)run.Applied.Value]);
        }

        run.Checkpoint();
        return run.Machine.ContentHash;
    }

    /// <summary>Puts files in the way of all segments to come: a count of two thousand million blocks, then nothing.
    /// </summary>
    private static void Plant(SimFileSystem disk)
    {
        var torn = Torn();
        var used = disk.Files(Rows).ToHashSet();
        for (var segment = 1; segment < 200; segment++)
        {
            foreach (var path in new[] { $"{Rows}/{segment}.sparse.z", $"{Rows}/{segment}.data.z" })
            {
                if (!used.Contains(path))
                {
                    StoredDisk.Put(disk, path, torn);
                }
            }
        }
    }

    private static IEnumerable<string> Planted(SimFileSystem disk) =>
        disk.Files(Rows).Where(path => disk.Content(path).AsSpan().SequenceEqual(Torn()));

    private static byte[] Torn()
    {
        var torn = new byte[600];
        Array.Fill(torn, (byte)0x30);
        BinaryPrimitives.WriteInt32LittleEndian(torn, 0x7FFF_FF00);
        return torn;
    }
}
