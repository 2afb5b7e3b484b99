using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>A crash leaves exactly the rows of the last finished checkpoint, wherever it comes.</summary>
public sealed class CheckpointCrashTests
{
    private const int Entries = 60;
    private const int EntriesACheckpoint = 12;
    private static readonly List<ReadOnlyMemory<byte>> Script = JobScript.Draw(seed: 5, Entries, ids: 70);

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.KeepPrefix)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void A_crash_at_any_file_operation_leaves_the_last_finished_checkpoint(CrashKind kind)
    {
        var hashes = HashesWithoutAnyCrash(out var operations);
        var checkedCount = 0;

        for (var at = 1L; at <= operations; at++)
        {
            CrashAt(kind, at, hashes);
            checkedCount++;
        }

        Assert.True(checkedCount > 150, $"only {checkedCount} points");
    }

    [Theory]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void When_all_three_replicas_crash_within_their_checkpoints_none_is_rebuilt_and_nothing_is_lost(
        CrashKind kind)
    {
        var hashes = HashesWithoutAnyCrash(out var operations);

        for (var at = 1L; at <= operations; at += 5)
        {
            var disks = new[] { new SimFileSystem(), new SimFileSystem(), new SimFileSystem() };
            var points = disks.Select((disk, i) => ApplyUntilCrash(disk, 1 + ((at + (7 * i)) % operations))).ToList();
            for (var i = 0; i < disks.Length; i++)
            {
                // The log of a majority has all entries; one whose store did not open would be rebuilt from the others.
                var hash = RestartAndReplay(disks[i], kind, (ulong)at, points[i], hashes);
                Assert.Equal(hashes[^1], hash);
            }
        }
    }

    private static List<UInt128> HashesWithoutAnyCrash(out long operations)
    {
        var files = new SimFileSystem();
        var hashes = new List<UInt128> { default };
        using var run = new ReplicaRun(files);
        hashes[0] = run.Machine.ContentHash;
        foreach (var entry in Script)
        {
            run.Apply(entry);
            hashes.Add(run.Machine.ContentHash);
            if (run.Applied.Value % EntriesACheckpoint == 0)
            {
                run.Checkpoint();
            }
        }

        operations = files.OperationCount;
        return hashes;
    }

    private static void CrashAt(CrashKind kind, long at, List<UInt128> hashes)
    {
        var files = new SimFileSystem();
        var point = ApplyUntilCrash(files, at);

        Assert.Equal(hashes[^1], RestartAndReplay(files, kind, (ulong)at, point, hashes));
    }

    /// <summary>Opens what a crash left, which is one of two checkpoints, and goes on from there.</summary>
    /// <returns>The content hash at the end.</returns>
    private static UInt128 RestartAndReplay(
        SimFileSystem files, CrashKind kind, ulong seed, (long Durable, long Begun) point, List<UInt128> hashes)
    {
        var draw = new SplitMix64(seed + 17);
        files.Restart(kind, ref draw);
        using var run = new ReplicaRun(files);

        Assert.Contains(run.Applied.Value, new[] { point.Durable, point.Begun });
        Assert.Equal(hashes[(int)run.Applied.Value], run.Machine.ContentHash);
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        for (var index = (int)run.Applied.Value; index < Script.Count; index++)
        {
            run.Apply(Script[index]);
        }

        run.Checkpoint();
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        return run.Machine.ContentHash;
    }

    /// <summary>Applies and checkpoints until the disk is gone at an operation; says which checkpoint was the last to
    /// end, and the last to begin.</summary>
    private static (long Durable, long Begun) ApplyUntilCrash(SimFileSystem files, long at)
    {
        files.Before = (operation, path) =>
        {
            if (files.OperationCount + 1 >= at && operation != SimFileOperation.Read)
            {
                files.Kill();
                throw new IOException($"crash at {operation} of {path}");
            }
        };
        var (durable, begun) = (0L, 0L);
        ReplicaRun? run = null;
        try
        {
            run = new ReplicaRun(files);
            foreach (var entry in Script)
            {
                run.Apply(entry);
                if (run.Applied.Value % EntriesACheckpoint == 0)
                {
                    begun = run.Applied.Value;
                    durable = run.Checkpoint().Value;
                }
            }
        }
        catch (Exception error) when (error is IOException or TimeMachine.Storage.JobStore.StoreDamagedException)
        {
            // The crash: what was not done by now never is.
            files.Before = null;
            return (durable, begun);
        }

        files.Before = null;
        return (durable, begun);
    }
}
