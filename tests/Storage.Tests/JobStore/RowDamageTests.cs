using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>Whatever a disk makes of a store's files: a read gives the right row, or says that the store is damaged.
/// </summary>
public sealed class RowDamageTests
{
    private const string Rows = ReplicaRun.Directory + "/rows-1";
    private static readonly JobStoreOptions Options =
        new() { PartRowsMin = 1_000, PartRowsMax = 10_000, SparseStep = 16, BlockKib = 4 };

    [Fact]
    public void A_flipped_bit_in_any_block_of_a_large_tree_is_found_by_the_read_that_meets_it()
    {
        var (disk, truth) = ALargeTree();
        var draw = new SplitMix64(8);
        var (found, blocks) = (0, 0);
        foreach (var (path, bytes) in disk.Files.Where(static file => IsPaged(file.Key)))
        {
            for (var block = 0; block < bytes.Length; block += PageFile.PageBytes)
            {
                var at = (int)draw.Between(block, Math.Min(block + PageFile.PageBytes, bytes.Length) - 1);
                var harmed = disk.With(path, StoredDisk.Flipped(bytes, at, (int)draw.Below(8)));
                found += IsFound(harmed, truth, $"{path} byte {at}") ? 1 : 0;
                blocks++;
            }
        }

        Assert.True(blocks > 100, $"{blocks} blocks");
        Assert.Equal(blocks, found);
    }

    [Fact]
    public void A_merge_over_a_flipped_bit_fails_or_leaves_the_right_rows()
    {
        var (disk, truth) = ALargeTree();
        var failed = 0;
        var (path, bytes) = disk.Files.MaxBy(static file => file.Value.Length);
        for (var at = 100; at < bytes.Length; at += 16 * PageFile.PageBytes)
        {
            var harmed = disk.With(path, StoredDisk.Flipped(bytes, at, at % 8));
            failed += MergeOver(harmed, truth, $"{path} byte {at}") ? 0 : 1;
        }

        Assert.True(failed > 5, $"{failed} merges failed");
    }

    [Fact]
    public void A_flip_or_cut_anywhere_in_any_file_of_a_store_never_gives_wrong_rows()
    {
        var (disk, checkpoints) = ASmallStore();
        var draw = new SplitMix64(9);
        foreach (var (path, bytes) in disk.Files)
        {
            for (var step = 0; step < 24; step++)
            {
                var at = (int)draw.Below(bytes.Length);
                var isFlip = step % 3 > 0;
                var harmed = isFlip ? StoredDisk.Flipped(bytes, at, (int)draw.Below(8)) : bytes[..at];
                var where = $"{path} {(isFlip ? "flipped" : "cut")} at {at}";
                var earlier = IsCatalogue(path) ? checkpoints : null;
                var isFound = IsFound(disk.With(path, harmed), checkpoints[^1], where, earlier);
                Assert.True(isFound || !isFlip || !IsPaged(path), $"{where}: not found");
            }
        }
    }

    /// <summary>Reads all rows in each way there is.</summary>
    /// <returns>Whether a read said that the store is damaged; if none did, all rows were right.</returns>
    /// <remarks>A catalogue that lost its end is as after a crash: it names an earlier checkpoint, applied index and
    /// all, and replay goes on from there.</remarks>
    private static bool IsFound(
        SimFileSystem harmed, List<StoredRow> truth, string where, List<List<StoredRow>>? checkpoints = null)
    {
        try
        {
            using var store = ReplicaStore.Open(harmed, ReplicaRun.Directory, Options);
            truth = checkpoints?.Find(rows => IsTruth(ScanAll(store.Rows), rows)) ?? truth;
            var isFound = Reads(() => ScanAll(store.Rows), rows => IsTruth(rows, truth), where);
            isFound |= Reads(() => ReadSnapshot(store.Rows), rows => IsTruth(rows, truth), where);
            foreach (var row in truth)
            {
                isFound |= Reads(
                    () => store.Rows.TryGet(row.Key.Span, out var value) ? value : default,
                    value => value.Span.SequenceEqual(row.Value.Span),
                    where);
            }

            return isFound;
        }
        catch (StoreDamagedException)
        {
            return true;
        }
    }

    private static bool Reads<T>(Func<T> read, Predicate<T> isRight, string where)
    {
        try
        {
            Assert.True(isRight(read()), $"{where}: wrong rows");
            return false;
        }
        catch (StoreDamagedException)
        {
            return true;
        }
    }

    /// <summary>Merges one more row in.</summary>
    /// <returns>Whether the merge succeeded.</returns>
    private static bool MergeOver(SimFileSystem harmed, List<StoredRow> truth, string where)
    {
        try
        {
            using var rows = RowTree.Open(harmed, Rows, Options);
            rows.Put(truth[0].Key.Span, truth[0].Value.Span);
            rows.MoveForward(default, truth.Count);
            rows.Merge();
            rows.EndMerge();
            Assert.True(IsTruth(ScanAll(rows), truth), $"{where}: wrong rows");
            return true;
        }
        catch (StoreDamagedException)
        {
            return false;
        }
    }

    private static List<StoredRow> ScanAll(RowTree rows)
    {
        var found = new List<StoredRow>();
        rows.Scan([], [0xFF, 0xFF], int.MaxValue, found);
        return found;
    }

    private static List<StoredRow> ReadSnapshot(RowTree rows)
    {
        var found = new List<StoredRow>();
        using var snapshot = rows.Snapshot();
        while (snapshot.TryRead(out var row))
        {
            found.Add(row);
        }

        return found;
    }

    private static bool IsTruth(List<StoredRow> rows, List<StoredRow> truth) =>
        rows.Count == truth.Count && rows.Zip(truth).All(static pair => StoredDisk.IsTheSame(pair.First, pair.Second));

    private static bool IsCatalogue(string path) => Path.GetFileName(path) == "0.meta.wal";

    private static bool IsPaged(string path) => Path.GetExtension(path) is ".z" or ".multi";

    private static (StoredDisk Disk, List<StoredRow> Rows) ALargeTree()
    {
        var disk = new SimFileSystem();
        var draw = new SplitMix64(7);
        disk.CreateDirectory("/data/store");
        using var store = ReplicaStore.Open(disk, ReplicaRun.Directory, Options);
        for (var number = 0; number < 1_200; number++)
        {
            var value = new byte[draw.Between(200, 500)];
            for (var at = 0; at < value.Length; at++)
            {
                value[at] = (byte)draw.Next();
            }

            store.Rows.Put(System.Text.Encoding.UTF8.GetBytes($"row {number:D6}"), value);
        }

        store.Rows.MoveForward(default, 1_200);
        store.Rows.Merge();
        store.Rows.EndMerge();
        return (new StoredDisk(disk), ScanAll(store.Rows));
    }

    private static (StoredDisk Disk, List<List<StoredRow>> Checkpoints) ASmallStore()
    {
        var disk = new SimFileSystem();
        var checkpoints = new List<List<StoredRow>> { new() };
        using var run = new ReplicaRun(disk);
        foreach (var entry in JobScript.Draw(seed: 5, entries: 90, ids: 120))
        {
            run.Apply(entry);
            if (run.Applied.Value % 30 == 0)
            {
                run.Checkpoint();
                checkpoints.Add(ScanAll(run.Store.Rows));
            }
        }

        return (new StoredDisk(disk), checkpoints);
    }
}
