using CsCheck;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using static TimeMachine.Core.Tests.SystemGroup.SystemDesk;

namespace TimeMachine.Core.Tests.SystemGroup;

public sealed class SystemCodecTests
{
    private const string GoldenPut =
        "0101010900000000000000000000000000000080A0ABFEF962010973686F70006D61696C00001968747470733A" +
        "2F2F6D61696C2E6578616D706C652F686F6F6B01904E0AE807C0CF24053200000001030102030101";
    private const string GoldenGrant =
        "01010900000000000000000000000000000000000A010973686F70006D61696C0203000000000000000405";
    private const string GoldenRequest =
        "0102030000000000000004000000000000000A0C08E0C508010973686F70006D61696C01020301";
    private const string GoldenResponse =
        "010204000000000000000A00000CE0C508010973686F70006D61696C0708";

    [Fact]
    public void The_binary_forms_never_change()
    {
        Assert.Equal(GoldenPut, Convert.ToHexString(SystemCommandCodec.Encode(APut)));
        Assert.Equal(GoldenGrant, Convert.ToHexString(SystemCommandCodec.Encode(AGrant)));
        Assert.Equal(GoldenRequest, Convert.ToHexString(Bytes(writer => LeaseCodec.Write(writer, ARequest))));
        Assert.Equal(GoldenResponse, Convert.ToHexString(Bytes(writer => LeaseCodec.Write(writer, AResponse))));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        foreach (var kind in Enum.GetValues<SystemCommandKind>())
        {
            var bytes = SystemCommandCodec.Encode(APut with { Kind = kind, Name = "a", Leases = AGrant.Leases });
            Assert.Equal(ErrorCode.None, SystemCommandCodec.TryDecode(bytes, out var read));
            Assert.Equal(bytes, SystemCommandCodec.Encode(read.Single()));
        }

        var request = Bytes(writer => LeaseCodec.Write(writer, ARequest));
        Assert.Equal(ErrorCode.None, LeaseCodec.TryRead(request, out LeaseRequest? asked));
        Assert.Equal(request, Bytes(writer => LeaseCodec.Write(writer, asked!)));
        var response = Bytes(writer => LeaseCodec.Write(writer, AResponse));
        Assert.Equal(ErrorCode.None, LeaseCodec.TryRead(response, out LeaseResponse? answered));
        Assert.Equal(response, Bytes(writer => LeaseCodec.Write(writer, answered!)));
    }

    [Fact]
    public void A_newer_version_is_refused_as_such()
    {
        byte[] bytes = [2, 0, 0];

        Assert.Equal(ErrorCode.UnsupportedFormat, SystemCommandCodec.TryDecode(bytes, out _));
        Assert.Equal(ErrorCode.UnsupportedFormat, LeaseCodec.TryRead(bytes, out LeaseRequest? _));
        Assert.Equal(ErrorCode.UnsupportedFormat, LeaseCodec.TryRead(bytes, out LeaseResponse? _));
    }

    [Fact]
    public void Random_and_mutated_bytes_are_refused_or_read_but_never_crash()
    {
        byte[][] forms =
        [
            SystemCommandCodec.Encode(APut), SystemCommandCodec.Encode(AGrant),
            Bytes(writer => LeaseCodec.Write(writer, ARequest)), Bytes(writer => LeaseCodec.Write(writer, AResponse)),
        ];
        var mutated = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_000], Gen.Byte, Gen.Int[0, 400]);
        mutated.Sample(
            (form, place, value, length) =>
            {
                var bytes = forms[form].ToArray();
                bytes[place % bytes.Length] = value;
                ReadAll(bytes.AsSpan(0, Math.Min(length, bytes.Length)));
            },
            iter: 20_000, seed: "0000000000000", threads: 1);
        Gen.Byte.Array[0, 60].Sample(bytes => ReadAll(bytes), iter: 20_000, seed: "0000000000000", threads: 1);
    }

    [Fact]
    public void A_route_shows_neither_secret_nor_address_in_text() =>
        Assert.Equal("shop/mail @0", ARoute().ToString());

    [Fact]
    public void A_route_outside_its_limits_is_refused()
    {
        Assert.True(RouteCodec.IsValid(ARoute()));
        Assert.False(RouteCodec.IsValid(ARoute() with { TimeoutMs = 0 }));
        Assert.False(RouteCodec.IsValid(ARoute() with { TimeoutMs = RouteLimits.TimeoutMsMax + 1 }));
        Assert.False(RouteCodec.IsValid(ARoute() with { WebhookUrl = "" }));
        Assert.False(RouteCodec.IsValid(ARoute() with { Secrets = [default] }));
        Assert.False(RouteCodec.IsValid(ARoute() with { Mode = 0 }));
        Assert.False(RouteCodec.IsValid(ARoute() with { RatePerSecond = -1 }));
    }

    /// <summary>The edge refuses such a route today; nodes keep those that were accepted before.</summary>
    [Fact]
    public void A_stored_route_whose_first_backoff_is_over_the_longest_is_still_read()
    {
        var route = ARoute() with { BackoffInitialMs = 5_000, BackoffMaxMs = 1_000 };
        var writer = new ByteWriter();
        RouteCodec.Write(writer, route);

        var reader = new ByteReader(writer.Written);
        var read = RouteCodec.Read(ref reader);

        Assert.True(RouteCodec.IsValid(route));
        Assert.True(read!.HasSameContent(route));
    }

    private static SystemCommand APut => Put(ARoute(), request: 9) with
    {
        Time = new UnixMs(1_700_000_000_000),
        Key = Key,
        IfMatch = new CommandNumber(-1),
    };

    private static SystemCommand AGrant => new()
    {
        Kind = SystemCommandKind.GrantLeases,
        Grant = 5,
        Leases = [new LeaseChange(Key, new NodeId(2), 3, 4, 5)],
    };

    private static LeaseRequest ARequest => new()
    {
        Node = new NodeId(2),
        Incarnation = 3,
        Session = 4,
        Sequence = 5,
        AdoptedTerm = new Term(6),
        AdoptedSequence = 4,
        RouteRevision = new CommandNumber(70_000),
        Demands = [new LeaseDemand(Key, 1, 2, 3, IsStarved: true)],
    };

    private static LeaseResponse AResponse => new()
    {
        Node = new NodeId(2),
        Session = 4,
        Sequence = 5,
        Term = new Term(6),
        RouteRevision = new CommandNumber(70_000),
        Grants = [new LeaseGrant(Key, 7, 8)],
    };

    private static byte[] Bytes(Action<ByteWriter> write)
    {
        var writer = new ByteWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    private static void ReadAll(ReadOnlySpan<byte> bytes)
    {
        SystemCommandCodec.TryDecode(bytes, out _);
        LeaseCodec.TryRead(bytes, out LeaseRequest? _);
        LeaseCodec.TryRead(bytes, out LeaseResponse? _);
    }
}
