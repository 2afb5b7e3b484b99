using TimeMachine.Core.Log;
using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>A crash between any two steps of a slot's making, or of a write, costs nothing that was synced.</summary>
public sealed class SlotCrashTests
{
    private const string Path = "/data/raft";
    private const int Entries = 14;
    private static readonly GroupId Group = new(1);
    private static readonly LogOptions Options = RecordedLog.SmallOptions;

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.KeepPrefix)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void A_crash_at_any_file_operation_keeps_what_was_synced_and_leaves_whole_slots(CrashKind kind)
    {
        var whole = new SimFileSystem();
        Assert.Equal(Entries, Run(whole));

        for (var at = 1L; at <= whole.OperationCount; at++)
        {
            for (var seed = 0UL; seed < 4; seed++)
            {
                CrashAt(kind, at, seed);
            }
        }
    }

    private static void CrashAt(CrashKind kind, long at, ulong seed)
    {
        var draw = new SplitMix64(((ulong)at * 10) + seed);
        var where = $"{kind} at operation {at}, seed {seed}";
        var files = new SimFileSystem();
        files.Before = (operation, _) =>
        {
            if (files.OperationCount + 1 == at && operation != SimFileOperation.Read)
            {
                files.Kill();
                throw new IOException(where);
            }
        };
        var synced = Run(files);
        files.Before = null;
        files.Restart(kind, ref draw);

        using var directory = LogDirectory.Open(files, Path, Options.SegmentBytes);
        using var images = directory.ReadImages();
        var recovered = LogRecovery.Recover(Options, images.All, new MonoMs(9_000));

        Assert.All(files.Files(Path), file => Assert.Equal(Options.SegmentBytes, files.Content(file).Length));
        Assert.All(files.Files(Path), static file => Assert.EndsWith(".log", file, StringComparison.Ordinal));
        Assert.Equal(0, recovered.DamageCount);
        var entries = recovered.Groups.SingleOrDefault()?.Entries.Count ?? -1;
        Assert.True(entries >= synced && entries <= synced + 1, $"{where}: {entries} entries, {synced} synced");
    }

    /// <summary>Writes entries over several slots until all are written or the process is gone.</summary>
    /// <returns>How many entries were synced; -1 if not even the group's birth was.</returns>
    private static int Run(SimFileSystem files)
    {
        var synced = -1;
        try
        {
            using var directory = LogDirectory.Open(files, Path, Options.SegmentBytes);
            var log = LogRecovery.Recover(Options, [], new MonoMs(1)).Log!;
            Prepare(log, directory);
            log.StartGroup(Group, new ReplicaId(5), default, default, [1]);
            for (var index = 1; index <= Entries + 1; index++)
            {
                var batch = log.Seal(new MonoMs(2))!;
                foreach (var operation in batch.Operations)
                {
                    directory.Write(operation);
                }

                directory.Sync(batch.Slot);
                log.OnSynced(batch.Number, new MonoMs(2));
                synced++;
                Prepare(log, directory);
                log.AppendEntry(Group, new LogIndex(index), new Term(1), 2, new byte[1_700]);
            }
        }
        catch (IOException) when (synced < Entries)
        {
            // The crash: what was not synced by now may be lost.
            return synced;
        }

        return synced;
    }

    private static void Prepare(NodeLog log, LogDirectory directory)
    {
        while (log.TryTakePrepare(new MonoMs(1), out var prepare))
        {
            log.OnPrepared(prepare.Slot, directory.TryPrepare(prepare.Slot), new MonoMs(1));
        }
    }
}
