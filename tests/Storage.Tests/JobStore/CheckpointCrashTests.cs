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

        for (var at = 1L; at <= operations; at += 3)
        {
            CrashAt(kind, at, hashes);
            checkedCount++;
        }

        Assert.True(checkedCount > 50, $"only {checkedCount} points");
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
        var draw = new SplitMix64((ulong)at + 17);
        var files = new SimFileSystem();
        files.Before = (operation, path) =>
        {
            if (files.OperationCount + 1 >= at && operation != SimFileOperation.Read)
            {
                files.Kill();
                throw new IOException($"crash at {operation} of {path}");
            }
        };
        var (durable, begun) = ApplyUntilCrash(files);
        files.Before = null;
        files.Restart(kind, ref draw);

        using var run = new ReplicaRun(files);

        Assert.Contains(run.Applied.Value, new[] { durable, begun });
        Assert.Equal(hashes[(int)run.Applied.Value], run.Machine.ContentHash);
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        for (var index = (int)run.Applied.Value; index < Script.Count; index++)
        {
            run.Apply(Script[index]);
        }

        run.Checkpoint();
        Assert.Equal(hashes[^1], run.Machine.ContentHash);
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
    }

    /// <summary>Applies and checkpoints until the disk is gone; says which checkpoint was the last to end, and the last
    /// to begin.</summary>
    private static (long Durable, long Begun) ApplyUntilCrash(SimFileSystem files)
    {
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
            return (durable, begun);
        }

        return (durable, begun);
    }
}
