using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class TraceContextTests
{
    private const string Asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static readonly JobKey Key = JobKey.Of("shop", "orders", "a");
    private readonly AVnode _vnode = new();

    [Theory]
    [InlineData(Asked, Asked)]
    [InlineData(
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")]
    [InlineData(
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData(
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData(
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void What_is_understood_is_kept(string text, string kept)
    {
        Assert.True(TraceContext.TryParse(text, out var context));
        Assert.Equal(kept, context.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x")]
    [InlineData("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01")]
    [InlineData("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01")]
    [InlineData("00- bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("zz-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    public void What_is_not_understood_is_as_good_as_none(string? text)
    {
        Assert.False(TraceContext.TryParse(text, out var context));
        Assert.True(context.IsNone);
        Assert.Equal("", context.ToString());
    }

    [Fact]
    public void It_goes_with_the_request_and_is_no_part_of_sameness()
    {
        Assert.True(TraceContext.TryParse(Asked, out var asked));
        var plain = RequestWith(default);
        var traced = RequestWith(asked);
        Assert.Equal(plain.Sameness(), traced.Sameness());
        Assert.Equal(asked, JobCommand.From(Through(traced), new UnixMs(5)).Trace);
        Assert.Equal(Bytes(plain).Length + 25, Bytes(traced).Length);
        Assert.Equal(plain.Mode, Through(traced).Mode);
    }

    /// <summary>Behind the mode, whose number has 128 added.</summary>
    [Fact]
    public void Its_bytes_are_pinned()
    {
        var trace = new TraceContext(new UInt128(1, 2), 3, 1);

        var bytes = Convert.ToHexString(Bytes(RequestWith(trace)));

        Assert.Contains("82" + "0200000000000000" + "0100000000000000" + "0300000000000000" + "01" + "03000000", bytes,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_without_a_trace_is_malformed()
    {
        Assert.True(TraceContext.TryParse(Asked, out var asked));
        var bytes = Bytes(RequestWith(asked));
        var at = bytes.AsSpan().IndexOf((byte)0x82);
        Assert.True(at > 0);

        bytes.AsSpan(at + 1, 16).Clear();

        Assert.Equal(ErrorCode.MalformedFormat, JobRequest.TryRead(bytes, out _));
    }

    [Fact]
    public void A_trace_stays_with_its_job_as_long_as_the_body()
    {
        var trace = new TraceContext(7, 8, 1);
        _vnode.Apply(_vnode.CreateOf("a") with { Trace = trace });
        _vnode.Restart();

        var claim = _vnode.Claim("a");
        Assert.Equal(trace, Assert.Single(_vnode.Effects).Trace);

        var plain = new AVnode();
        plain.Create("a");
        Assert.Equal(plain.Machine.RowBytes + 25, _vnode.Machine.RowBytes);
        plain.Resolve("a", plain.Claim("a"), OutcomeKind.Complete);
        _vnode.Resolve("a", claim, OutcomeKind.Complete);
        Assert.Equal(plain.Machine.RowBytes, _vnode.Machine.RowBytes);
    }

    private static JobRequest RequestWith(TraceContext trace) => new()
    {
        Kind = JobRequestKind.Create,
        Key = Key,
        RequestId = new RequestId(7),
        DelayMs = 9,
        Route = RouteKey.Of("shop", "hook"),
        Mode = DeliveryMode.AtMostOnce,
        Meta = new byte[3],
        Trace = trace,
    };

    private static byte[] Bytes(JobRequest request)
    {
        var writer = new ByteWriter();
        request.Write(writer);
        return writer.Written.ToArray();
    }

    private static JobRequest Through(JobRequest request)
    {
        Assert.Equal(ErrorCode.None, JobRequest.TryRead(Bytes(request), out var read));
        return read!;
    }
}
