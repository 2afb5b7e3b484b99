using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class CodecTests
{
    private static readonly JobKey Key = JobKey.Of("d", "c", "i");
    private static readonly RouteKey Route = RouteKey.Of("d", "r");

    [Fact]
    public void The_bytes_of_every_command_are_pinned()
    {
        var batch = new CommandBatch();
        foreach (var command in Samples())
        {
            Assert.True(batch.TryAdd(command));
        }

        Assert.Equal(CodecGolden.Batch, Convert.ToHexString(batch.Payload));
    }

    [Fact]
    public void Every_command_is_read_as_it_was_written()
    {
        foreach (var command in Samples())
        {
            var batch = new CommandBatch();
            batch.TryAdd(command);

            Assert.Equal(ErrorCode.None, CommandBatch.TryDecode(batch.Payload, out var commands));

            var read = Assert.Single(commands);
            Assert.Equal(command.Meta.ToArray(), read.Meta.ToArray());
            Assert.Equal(command with { Meta = default }, read with { Meta = default });
        }
    }

    [Fact]
    public void A_newer_version_is_refused_as_such()
    {
        byte[] newer = [CommandBatch.Version + 1, 1, 0, 0, 0, 99];

        Assert.Equal(ErrorCode.UnsupportedFormat, CommandBatch.TryDecode(newer, out _));
        Assert.Equal(ErrorCode.UnsupportedFormat, JobRequest.TryRead(newer, out _));
        Assert.Equal(ErrorCode.UnsupportedFormat, JobAnswer.TryRead(newer, out _));
    }

    [Fact]
    public void A_batch_is_full_at_its_bytes_but_one_command_always_fits()
    {
        var batch = new CommandBatch();
        var large = Samples()[0] with { Meta = new byte[200_000] };

        Assert.True(batch.TryAdd(large));
        Assert.False(batch.TryAdd(Samples()[3]));

        Assert.Equal(1, batch.Count);
        Assert.Equal(ErrorCode.None, CommandBatch.TryDecode(batch.Payload, out _));
    }

    [Fact]
    public void A_batch_without_commands_is_malformed()
    {
        Assert.Equal(ErrorCode.MalformedFormat, CommandBatch.TryDecode(new CommandBatch().Payload, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bytes_of_any_kind_never_crash_a_decoder_and_what_it_takes_is_canonical(ulong seed)
    {
        var draws = new SplitMix64(seed);
        var valid = Convert.FromHexString(CodecGolden.Batch);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = draws.Chance(1, 4) ? Noise(ref draws) : Mutated(ref draws, valid);

            var code = CommandBatch.TryDecode(bytes, out var commands);

            Assert.True(code is ErrorCode.None or ErrorCode.MalformedFormat or ErrorCode.UnsupportedFormat);
            if (code == ErrorCode.None)
            {
                var batch = new CommandBatch();
                Assert.True(commands.All(batch.TryAdd));
                Assert.Equal(bytes, batch.Payload.ToArray());
            }
        }
    }

    [Fact]
    public void A_decoder_allocates_no_more_than_the_input_allows()
    {
        byte[] greedy = [CommandBatch.Version, 0xFF, 0xFF, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F];
        CommandBatch.TryDecode(greedy, out _);
        JobRequest.TryRead(greedy, out _);
        JobAnswer.TryRead(greedy, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        CommandBatch.TryDecode(greedy, out _);
        JobRequest.TryRead(greedy, out _);
        JobAnswer.TryRead(greedy, out _);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    [Fact]
    public void A_request_is_read_as_it_was_written_and_its_bytes_are_pinned()
    {
        var request = new JobRequest
        {
            Kind = JobRequestKind.Upsert,
            Key = Key,
            RequestId = new RequestId(77),
            DelayMs = 1_500,
            Route = Route,
            RouteRevision = new CommandNumber(9),
            Mode = DeliveryMode.AtMostOnce,
            Meta = new byte[] { 1, 2 },
            ExpireAfterMs = 60_000,
            IfMatch = new CommandNumber(-1),
        };
        var writer = new ByteWriter();
        request.Write(writer);

        Assert.Equal(ErrorCode.None, JobRequest.TryRead(writer.WrittenMemory, out var read));

        Assert.Equal(request with { Meta = default }, read! with { Meta = default });
        Assert.Equal([1, 2], read!.Meta.ToArray());
        Assert.Equal(CodecGolden.Request, Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void A_get_needs_no_route()
    {
        var writer = new ByteWriter();
        new JobRequest { Kind = JobRequestKind.Get, Key = Key }.Write(writer);

        Assert.Equal(ErrorCode.None, JobRequest.TryRead(writer.WrittenMemory, out var read));
        Assert.True(read!.Route.IsEmpty);
    }

    [Fact]
    public void An_answer_with_a_view_is_read_as_it_was_written_and_its_bytes_are_pinned()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        vnode.Resolve("a", vnode.Claim("a"), OutcomeKind.Retry);
        var answer = new JobAnswer(ErrorCode.TooLate, vnode.Last, JobState.Retrying)
        {
            IsNew = true,
            Cancel = CancelResult.Stopped,
            AttemptCount = 3,
            UnfinishedCount = 4,
            View = vnode.Get("a"),
        };
        var writer = new ByteWriter();
        answer.Write(writer);

        Assert.Equal(ErrorCode.None, JobAnswer.TryRead(writer.WrittenMemory, out var read));

        Assert.Equal(answer with { View = null }, read with { View = null });
        Assert.Equal(answer.View!.Attempts, read.View!.Attempts);
        Assert.Equal("m"u8.ToArray(), read.View.Meta.ToArray());
        Assert.Equal(
            answer.View with { Attempts = [], Meta = default }, read.View with { Attempts = [], Meta = default });
        Assert.Equal(CodecGolden.Answer, Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void The_rows_of_a_small_vnode_are_pinned()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        vnode.Claim("a");
        vnode.Create("b");
        vnode.Ask(JobCommandKind.Cancel, "b");
        vnode.Create("c");
        vnode.OnVersion(JobCommandKind.Refile, "c", flag: true);
        vnode.Machine.WriteCheckpoint();
        var rows = new List<StoredRow>();
        vnode.Store.Scan([], [0xFF], 100, rows);

        Assert.Equal(
            CodecGolden.Rows,
            rows.Select(row => Convert.ToHexString(row.Key.Span) + " " + Convert.ToHexString(row.Value.Span)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_rows_are_never_taken_for_jobs_and_never_crash(ulong seed)
    {
        var draws = new SplitMix64(seed);
        var rows = CodecGolden.Rows.Select(row => Convert.FromHexString(row.Split(' ')[1])).ToList();
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = Mutated(ref draws, rows[(int)draws.Below(rows.Count)]);

            var row = JobRow.Decode(bytes);
            JobRow.TryReadEnd(bytes, out _, out _);
            new PurgeFilter(new(1), new(1)).IsBelowFloor(bytes, bytes);
            JobPlace.TryRead(bytes, out _);

            if (row is not null)
            {
                var writer = new ByteWriter();
                row.Write(writer);
                Assert.Equal(bytes, writer.Written.ToArray());
            }
        }
    }

    [Fact]
    public void Keys_of_jobs_order_and_part_as_their_names()
    {
        Assert.True(JobKey.Of("a", "b/c", "d") != JobKey.Of("a/b", "c", "d"));
        Assert.True(JobKey.Of("a", "b", "c") < JobKey.Of("a", "b", "ca"));
        Assert.True(JobKey.Of("a", "b", "z") < JobKey.Of("ab", "a", "a"));
        var key = JobKey.Of("shöp", "in", "voice{7}");
        Assert.Equal(("shöp", "in", "voice{7}"), (key.Database, key.Collection, key.Id));
        Assert.Equal(("shop", "r"), (RouteKey.Of("shop", "r").Database, RouteKey.Of("shop", "r").Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("a\0b")]
    [InlineData("a\0\0c")]
    [InlineData("a\0b\0c\0d")]
    [InlineData("a\0b\0")]
    public void Bytes_that_are_not_three_parts_are_no_key(string text)
    {
        Assert.False(JobKey.TryDecode(System.Text.Encoding.UTF8.GetBytes(text), out _));
    }

    private static byte[] Noise(ref SplitMix64 draws)
    {
        var bytes = new byte[draws.Below(80)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)draws.Next();
        }

        return bytes;
    }

    private static byte[] Mutated(ref SplitMix64 draws, byte[] valid)
    {
        var bytes = draws.Chance(1, 3) ? valid[..(int)draws.Below(valid.Length)] : (byte[])valid.Clone();
        for (var flips = draws.Below(4); flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[draws.Below(bytes.Length)] ^= (byte)(1 << (int)draws.Below(8));
        }

        return bytes;
    }

    private static List<JobCommand> Samples()
    {
        JobCommand Of(JobCommandKind kind) => new() { Kind = kind, Time = new UnixMs(1_000), Key = Key };
        JobCommand Asked(JobCommandKind kind) => Of(kind) with { RequestId = new RequestId(5) };
        var write = Asked(JobCommandKind.Create) with
        {
            TriggerTime = new UnixMs(2_000),
            Route = Route,
            RouteRevision = new CommandNumber(8),
            Mode = DeliveryMode.AtLeastOnce,
            Meta = new byte[] { 0xAB, 0xCD },
            ExpireAfterMs = 60_000,
            Sameness = 3,
        };
        return
        [
            write,
            write with { Kind = JobCommandKind.Upsert, IfMatch = new CommandNumber(-1) },
            Asked(JobCommandKind.Cancel) with { IfMatch = new CommandNumber(65_536) },
            Asked(JobCommandKind.RunNow),
            Asked(JobCommandKind.Redrive),
            Of(JobCommandKind.Claim) with
            {
                Version = new CommandNumber(65_536),
                Attempt = 2,
                Route = Route,
                RouteRevision = new CommandNumber(8),
                Mode = DeliveryMode.AtMostOnce,
                TimeoutMs = 10_000,
                AttemptsMax = 3,
                Due = new UnixMs(2_000),
                SendBy = new UnixMs(3_000),
                Claim = new CommandNumber(131_072),
            },
            Of(JobCommandKind.Outcome) with
            {
                Version = new CommandNumber(65_536),
                Claim = new CommandNumber(131_072),
                Outcome = OutcomeKind.Retry,
                At = new UnixMs(2_001),
                HttpStatus = 503,
                Error = AttemptError.Status,
                DurationMs = 12,
                Due = new UnixMs(5_000),
                Flag = true,
            },
            Of(JobCommandKind.Expire) with { Version = new CommandNumber(65_536) },
            Of(JobCommandKind.RouteGone) with { Version = new CommandNumber(65_536) },
            Of(JobCommandKind.Refile) with { Version = new CommandNumber(65_536), Flag = true },
            Of(JobCommandKind.AdvanceDueFloor) with { Key = default, Floor = new UnixMs(9), AsOf = new LogIndex(7) },
            Of(JobCommandKind.AdvanceFinishedFloor) with
                { Key = default, Floor = new UnixMs(60_000), DeadFloor = new UnixMs(120_000) },
            Of(JobCommandKind.FenceRoute) with
                { Key = default, Route = Route, RouteRevision = new CommandNumber(8), Flag = true },
        ];
    }
}
