using CsCheck;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class JobListTests
{
    private static readonly JobListRequest Request = new()
    {
        Database = "shop",
        Collection = "orders",
        After = JobKey.Of("shop", "orders", "a/b"),
        State = JobState.Dead,
        Route = RouteKey.Of("shop", "hook"),
        From = new UnixMs(5),
        ToExclusive = new UnixMs(9),
        RowsMax = 7,
        JobsMax = 3,
        BytesMax = 1_000,
    };

    private static readonly JobListPage Page = new(
        [
            new JobView
            {
                Key = JobKey.Of("shop", "orders", "c"),
                State = JobState.Dead,
                Version = new CommandNumber(65_536),
                TriggerTime = new UnixMs(6),
                Route = RouteKey.Of("shop", "hook"),
                Meta = "{}"u8.ToArray(),
            },
        ],
        JobKey.Of("shop", "orders", "c"));

    [Fact]
    public void A_request_comes_back_as_it_was()
    {
        var error = JobListRequest.TryRead(Written(Request.Write), out var read);

        Assert.Equal(ErrorCode.None, error);
        Assert.Equal(Request, read);
    }

    [Fact]
    public void A_page_comes_back_as_it_was()
    {
        var error = JobListPage.TryRead(Written(Page.Write), out var read);

        Assert.Equal(ErrorCode.None, error);
        Assert.Equal(Page.Next, read!.Next);
        Assert.Equal(Page.Jobs[0].Key, Assert.Single(read.Jobs).Key);
        Assert.Equal("{}"u8.ToArray(), read.Jobs[0].Meta.ToArray());
    }

    [Fact]
    public void The_forms_are_as_they_always_were()
    {
        Assert.Equal(
            "010473686F70066F7264657273" + "0F73686F70006F726465727300612F62" + "05" + "0973686F7000686F6F6B"
            + "0A12" + "0703E807",
            Convert.ToHexString(Written(Request.Write)));
    }

    [Fact]
    public void What_is_cut_off_or_of_another_version_is_refused()
    {
        foreach (var whole in (ReadOnlySpan<byte[]>)[Written(Request.Write), Written(Page.Write)])
        {
            for (var length = 0; length < whole.Length; length++)
            {
                Assert.NotEqual(ErrorCode.None, JobListRequest.TryRead(whole.AsSpan(0, length), out _));
                Assert.NotEqual(ErrorCode.None, JobListPage.TryRead(whole.AsMemory(0, length), out _));
            }

            byte[] newer = [2, .. whole.AsSpan(1)];
            Assert.Equal(ErrorCode.UnsupportedFormat, JobListRequest.TryRead(newer, out _));
            Assert.Equal(ErrorCode.UnsupportedFormat, JobListPage.TryRead(newer, out _));
        }
    }

    [Fact]
    public void No_bytes_make_a_reader_fail_otherwise_than_by_its_code() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        JobListRequest.TryRead(bytes, out _);
        JobListPage.TryRead(bytes, out _);
    });

    private static byte[] Written(Action<ByteWriter> write)
    {
        var writer = new ByteWriter();
        write(writer);
        return writer.Written.ToArray();
    }
}
