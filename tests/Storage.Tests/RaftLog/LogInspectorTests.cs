using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>A look from outside tells what is in a log, names every bad byte, and changes nothing.</summary>
public sealed class LogInspectorTests
{
    private const string Path = RecordedLog.Path;

    [Fact]
    public void A_small_log_is_told_in_full()
    {
        var files = ASmallLog();

        var told = new StringWriter();
        var isGood = LogInspector.Inspect(files, Path, told);

        Assert.True(isGood);
        Assert.Equal(
            """
            log 0123456789abcdef, segments of 8192 bytes
            file          epoch  state    batches  bytes used
            00000.log        1  used           2        5120
            00001.log        2  used           3        5632
            00002.log        0  free           0           0
            00003.log        0  free           0           0
            group  status   replica              term  vote                 first  last   configuration
                1  ok       71                      4  71                       1      3  voter 71 on 1, learner 72 on 2
                7  ok       77                      0  0                        6      5  9 bytes
                5  dead     75
            ends in slot 1 at 5632
            all is well

            """,
            told.ToString());
    }

    [Fact]
    public void Every_flipped_byte_below_the_last_batch_is_named_by_its_slot_and_place()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 3, batches: 20, isMarked: true);
        var slots = recorded.UsedSlots.ToList();
        foreach (var slot in slots)
        {
            var path = $"{Path}/{slot:D5}.log";
            var end = recorded.Ends.FindAll(batch => batch.Slot == slot)[slot == slots[^1] ? ^2 : ^1].End;
            for (var at = 0; at < end; at += 3)
            {
                recorded.Files.Flip(path, at, at % 8);
                var (isGood, told) = Verify(recorded.Files);
                recorded.Files.Flip(path, at, at % 8);

                Assert.False(isGood, $"slot {slot} byte {at} is not found");
                Assert.True(IsNamed(told, slot, at), $"slot {slot} byte {at}: {told}");
            }
        }

        Assert.Equal((true, "all is well\n"), Verify(recorded.Files));
    }

    [Fact]
    public void One_flipped_bit_in_each_block_of_four_KiB_is_found()
    {
        var options = RecordedLog.SmallOptions with { SegmentBytes = 128 * 1024, RetainBytes = 4 * 1024 * 1024 };
        var recorded = RecordedLog.Of(options, seed: 4, batches: 60, isMarked: true, payloadBytesMax: 9_000);
        var draw = new SplitMix64(5);
        var blocks = 0;
        var last = recorded.Ends[^2];
        foreach (var slot in recorded.UsedSlots)
        {
            var end = slot == last.Slot ? last.End : recorded.Ends.FindLast(batch => batch.Slot == slot).End;
            for (var block = 0; block + 4_096 <= end; block += 4_096)
            {
                var (at, bit) = ((int)draw.Between(block, block + 4_095), (int)draw.Below(8));
                recorded.Files.Flip($"{Path}/{slot:D5}.log", at, bit);
                var (isGood, told) = Verify(recorded.Files);
                recorded.Files.Flip($"{Path}/{slot:D5}.log", at, bit);

                Assert.False(isGood, $"slot {slot} byte {at} bit {bit} is not found");
                Assert.True(IsNamed(told, slot, at), $"slot {slot} byte {at}: {told}");
                blocks++;
            }
        }

        Assert.True(blocks > 40, $"{blocks} blocks");
    }

    [Fact]
    public void A_bad_payload_names_its_group()
    {
        var files = ASmallLog();
        var at = files.Content(Path + "/00000.log").AsSpan().IndexOf("entry 2 of 1"u8);
        files.Flip(Path + "/00000.log", at, 0);

        Assert.Equal(
            (false, """
            BAD slot 0 offset 1088: group 1: a record's payload does not verify
            BAD group 1: its replica is damaged

            """),
            Verify(files));
    }

    [Fact]
    public void A_cut_or_missing_file_is_found()
    {
        var cut = ASmallLog();
        using (var file = cut.Open(Path + "/00000.log", FileOpening.ReadWrite))
        {
            file.SetLength(3_000);
        }

        var missing = ASmallLog();
        missing.DeleteFile(Path + "/00000.log");

        var told = Verify(cut).Told;
        Assert.Contains("slot 0 offset 3000: the file is cut: 3000 of 8192 bytes", told, StringComparison.Ordinal);
        Assert.False(Verify(missing).IsGood);
    }

    [Fact]
    public void A_torn_tail_is_told_and_is_no_damage()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 3, batches: 20, isMarked: false);
        var slot = recorded.Ends[^1].Slot;
        var begin = recorded.Ends[^2].Slot == slot ? recorded.Ends[^2].End : LogFormat.BlockBytes;
        recorded.Files.Flip($"{Path}/{slot:D5}.log", begin + 100, 3);

        var told = new StringWriter();
        Assert.True(LogInspector.Inspect(recorded.Files, Path, told));

        Assert.Contains("a torn tail behind it", told.ToString(), StringComparison.Ordinal);
        Assert.Equal((true, "all is well\n"), Verify(recorded.Files));
    }

    [Fact]
    public void A_directory_without_a_log_is_bad()
    {
        Assert.Equal((false, "BAD there is no segment of a log\n"), Verify(new SimFileSystem()));
        Assert.True(LogInspector.Inspect(ASmallLog(), Path, TextWriter.Null));
    }

    [Fact]
    public void Nothing_is_changed_whatever_the_log_holds()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 6, batches: 20, isMarked: false);
        var draw = new SplitMix64(6);
        for (var harm = 0; harm < 200; harm++)
        {
            var slot = (int)draw.Below(recorded.UsedSlots.Count());
            recorded.Files.Flip($"{Path}/{slot:D5}.log", draw.Below(8_192), (int)draw.Below(8));
            var before = recorded.Files.OperationCount;

            LogInspector.Inspect(recorded.Files, Path, TextWriter.Null);
            LogInspector.Verify(recorded.Files, Path, TextWriter.Null);

            Assert.Equal(before, recorded.Files.OperationCount);
        }
    }

    [Fact]
    public void A_log_that_is_written_meanwhile_is_not_called_bad()
    {
        using var world = new WriterWorld();
        var isRunning = true;
        var written = 0;
        var writing = new Thread(() =>
        {
            while (Volatile.Read(ref isRunning))
            {
                world.WriteAndSync(700);
                written++;
            }
        });
        world.WriteAndSync(700);
        writing.Start();

        var looks = 0;
        while (looks < 200 || Volatile.Read(ref written) < 300)
        {
            var told = new StringWriter();
            Assert.True(LogInspector.Verify(world.Inner, WriterWorld.Path, told), told.ToString());
            looks++;
        }

        Volatile.Write(ref isRunning, false);
        writing.Join();
    }

    private static (bool IsGood, string Told) Verify(IFileSystem files)
    {
        var told = new StringWriter();
        return (LogInspector.Verify(files, Path, told), told.ToString());
    }

    /// <summary>Whether a finding names a place at or before a byte, within its block or record.</summary>
    private static bool IsNamed(string told, int slot, int at)
    {
        var prefix = $"BAD slot {slot} offset ";
        var places = told.Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => int.Parse(line[prefix.Length..].Split(':')[0], provider: null));
        return places.Any(place => place <= at && at - place < 10_000);
    }

    private static SimFileSystem ASmallLog()
    {
        var files = new SimFileSystem();
        var options = RecordedLog.SmallOptions;
        using var directory = LogDirectory.Open(files, Path, options.SegmentBytes);
        var log = LogRecovery.Recover(options, [], new MonoMs(1)).Log!;
        Prepare(log, directory);
        var one = new Configuration([new Member(new ReplicaId(71), new NodeId(1), MemberKind.Voter)]);
        log.StartGroup(new GroupId(1), new ReplicaId(71), default, default, one.Encode());
        log.StartGroup(new GroupId(5), new ReplicaId(75), default, default, one.Encode());
        log.StartGroup(new GroupId(7), new ReplicaId(77), new LogIndex(5), new Term(2), new byte[9]);
        for (var index = 1; index <= 3; index++)
        {
            Prepare(log, directory);
            AppendEntry(log, one, index);
            Write(directory, log, log.Seal(new MonoMs(2))!);
        }

        log.EndGroup(new GroupId(5));
        Write(directory, log, log.Seal(new MonoMs(2))!);
        Assert.True(log.TrySealIdleMarker(new MonoMs(100), out var marker));
        Write(directory, log, marker!);
        return files;
    }

    private static void Prepare(NodeLog log, LogDirectory directory)
    {
        while (log.TryTakePrepare(new MonoMs(1), out var prepare))
        {
            log.OnPrepared(prepare.Slot, directory.TryPrepare(prepare.Slot), new MonoMs(1));
        }
    }

    private static void AppendEntry(NodeLog log, Configuration one, int index)
    {
        var (group, term) = (new GroupId(1), new Term(index + 1));
        var added = new Member(new ReplicaId(72), new NodeId(2), MemberKind.Learner);
        var payload = index == 1 ? new Configuration([.. one.Members, added]).Encode() : new byte[3_500];
        if (index > 1)
        {
            System.Text.Encoding.UTF8.GetBytes($"entry {index} of 1").CopyTo(payload.AsSpan());
        }

        var kind = index == 1 ? LogFormat.ConfigurationEntryKind : (byte)2;
        log.AppendEntry(group, new LogIndex(index), term, kind, payload);
        log.AppendHardState(group, term, new ReplicaId(71), default);
    }

    private static void Write(LogDirectory directory, NodeLog log, LogBatch batch)
    {
        foreach (var operation in batch.Operations)
        {
            directory.Write(operation);
        }

        directory.Sync(batch.Slot);
        log.OnSynced(batch.Number, new MonoMs(2));
    }
}
