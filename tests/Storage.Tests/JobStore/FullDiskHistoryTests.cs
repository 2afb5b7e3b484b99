using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>
/// Lives of a replica on a disk that has room now and then, ended by crashes: whatever a checkpoint said to be durable
/// is there, and the rows are those of one applied index.
/// </summary>
public sealed class FullDiskHistoryTests
{
    private const int Entries = 90;
    private static readonly List<ReadOnlyMemory<byte>> Script = JobScript.Draw(seed: 12, Entries, ids: 60);
    private static readonly Lazy<List<UInt128>> Hashes = new(HashesOfTheScript);

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.KeepPrefix)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void What_a_checkpoint_said_to_be_durable_outlives_full_disks_and_crashes(CrashKind kind)
    {
        var (refusals, checkpoints) = (0, 0);
        for (var seed = 1UL; seed <= 30; seed++)
        {
            var draw = new SplitMix64(seed);
            var disk = new SimFileSystem();
            var durable = 0L;
            for (var life = 0; life < 6; life++)
            {
                var where = $"{kind}, seed {seed}, life {life}";
                durable = Live(disk, ref draw, durable, where, ref refusals, ref checkpoints);
                disk.Restart(kind, ref draw);
            }
        }

        Assert.True(refusals > 300 && checkpoints > 200, $"{refusals} refusals, {checkpoints} checkpoints");
    }

    /// <summary>Applies entries and checkpoints; each operation that needs room may meet a full disk.</summary>
    /// <returns>The index of the last checkpoint that ended.</returns>
    private static long Live(
        SimFileSystem disk, ref SplitMix64 draw, long durable, string where, ref int refusals, ref int checkpoints)
    {
        // Its process is killed, so nobody closes it.
        var run = new ReplicaRun(disk);
        var recovered = run.Applied.Value;
        Assert.True(recovered >= durable, $"{where}: {recovered} is below {durable}");
        ShouldBeAsAt(recovered, run, where);

        var chance = new Chance(draw.Next());
        disk.Before = (operation, path) => chance.Meet(disk, operation, path);
        for (var steps = draw.Between(2, 20); steps > 0 && run.Applied.Value < Entries; steps--)
        {
            run.Apply(Script[(int)run.Applied.Value]);
            if (draw.Chance(1, 2) && TryCheckpoint(run) is { } ended)
            {
                durable = ended;
                checkpoints++;
            }
        }

        disk.Before = null;
        ShouldBeAsAt(run.Applied.Value, run, where);
        disk.Kill();
        disk.CapacityBytes = long.MaxValue;
        refusals += chance.Refusals;
        return durable;
    }

    private static void ShouldBeAsAt(long index, ReplicaRun run, string where) =>
        Assert.True(run.Machine.RecomputeContentHash() == Hashes.Value[(int)index], $"{where}: not as at {index}");

    private static long? TryCheckpoint(ReplicaRun run)
    {
        try
        {
            return run.Checkpoint().Value;
        }
        catch (StorageFullException)
        {
            return null;
        }
    }

    private static List<UInt128> HashesOfTheScript()
    {
        using var run = new ReplicaRun(new SimFileSystem());
        var hashes = new List<UInt128> { run.Machine.ContentHash };
        foreach (var entry in Script)
        {
            run.Apply(entry);
            hashes.Add(run.Machine.ContentHash);
        }

        return hashes;
    }

    /// <summary>Whether there is room for a file to grow changes now and then.</summary>
    private sealed class Chance(ulong seed)
    {
        private SplitMix64 _draw = new(seed);
        private bool _isFull;

        public int Refusals { get; private set; }

        public void Meet(SimFileSystem disk, SimFileOperation operation, string path)
        {
            var wasFull = _isFull;
            _isFull = _isFull ? !_draw.Chance(1, 4) : _draw.Chance(1, 60);
            disk.CapacityBytes = _isFull ? disk.UsedBytes : long.MaxValue;
            Refusals += _isFull && !wasFull ? 1 : 0;
            if (_isFull && operation is (SimFileOperation.Create or SimFileOperation.Rename))
            {
                throw new StorageFullException($"no room for {operation} of {path}");
            }
        }
    }
}
