using TimeMachine.Core.Log;
using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>The log's files hold what was synced, through any crash; a full disk is a state.</summary>
public sealed class LogDirectoryTests
{
    private const string Path = "/data/raft";
    private static readonly GroupId Group = new(1);
    private static readonly LogOptions Options = new()
    {
        LogId = 7,
        SegmentBytes = 8 * 1024,
        SlotsMax = 10,
        RetainBytes = 16 * 1024,
        RetainMs = 1_000,
        ReserveBytes = 8 * 1024,
    };

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void What_was_synced_is_read_back_after_a_crash(CrashKind kind)
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var draw = new SplitMix64(seed);
            var files = new SimFileSystem();
            var synced = WriteEntries(files, (int)(1 + (seed % 12)));
            files.Kill();
            files.Restart(kind, ref draw);

            using var directory = LogDirectory.Open(files, Path, Options.SegmentBytes);
            using var images = directory.ReadImages();
            var recovered = LogRecovery.Recover(Options, images.All, new MonoMs(9_000));

            var group = Assert.Single(recovered.Groups);
            Assert.Equal(GroupStatus.Ok, group.Status);
            Assert.InRange(group.Entries.Count, synced, synced + 1);
        }
    }

    [Fact]
    public void A_slot_that_finds_no_room_leaves_nothing_behind()
    {
        var files = new SimFileSystem { CapacityBytes = 12 * 1024 };
        using var directory = LogDirectory.Open(files, Path, Options.SegmentBytes);

        Assert.True(directory.TryPrepare(0));
        Assert.False(directory.TryPrepare(1));

        Assert.Equal([Path + "/00000.log"], files.Files(Path));
    }

    /// <summary>Writes entries and syncs all but the last.</summary>
    private static int WriteEntries(SimFileSystem files, int count)
    {
        using var directory = LogDirectory.Open(files, Path, Options.SegmentBytes);
        var log = LogRecovery.Recover(Options, [], new MonoMs(1)).Log!;
        while (log.TryTakePrepare(new MonoMs(1), out var prepare))
        {
            log.OnPrepared(prepare.Slot, directory.TryPrepare(prepare.Slot), new MonoMs(1));
        }

        log.StartGroup(Group, new ReplicaId(5), default, default, [1]);
        Write(directory, log, isSynced: true);
        for (var index = 1; index <= count; index++)
        {
            log.AppendEntry(Group, new LogIndex(index), new Term(1), 2, new byte[500]);
            Write(directory, log, isSynced: index < count);
        }

        return count - 1;
    }

    private static void Write(LogDirectory directory, NodeLog log, bool isSynced)
    {
        var batch = log.Seal(new MonoMs(2))!;
        foreach (var operation in batch.Operations)
        {
            directory.Write(operation);
        }

        if (isSynced)
        {
            directory.Sync(batch.Slot);
            log.OnSynced(batch.Number, new MonoMs(2));
        }
    }
}
