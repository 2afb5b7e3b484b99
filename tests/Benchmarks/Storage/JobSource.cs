using System.Globalization;
using System.Text.Unicode;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Draws jobs: random ids, some 300 bytes a job with its body, due at random times.</summary>
internal sealed class JobSource(ulong seed)
{
    public static readonly RouteKey Route = RouteKey.Of("shop", "payment-timeout");
    private const string Pad =
        "\"currency\":\"EUR\",\"reason\":\"payment was not confirmed in time\",\"channel\":\"web\",\"retry\":false}";
    private readonly CommandBatch _batch = new();
    private readonly byte[] _meta = new byte[512];
    private readonly byte[] _key = new byte[64];
    private SplitMix64 _draw = new(seed);

    /// <summary>The last job of the last entry.</summary>
    public JobKey LastKey { get; private set; }

    /// <summary>An entry of creates.</summary>
    /// <param name="jobs">How many at most; fewer if they do not fit in an entry.</param>
    /// <param name="time">The time in the log.</param>
    /// <param name="from">The earliest due time.</param>
    /// <param name="spanMs">Due times are drawn from so many milliseconds on.</param>
    /// <param name="added">How many it holds.</param>
    public ReadOnlyMemory<byte> Creates(int jobs, UnixMs time, UnixMs from, long spanMs, out int added)
    {
        _batch.Clear();
        for (var isRoom = true; isRoom && _batch.Count < jobs;)
        {
            var command = Create(time, from + (long)(_draw.Next() % (ulong)spanMs));
            isRoom = _batch.TryAdd(command);
            LastKey = isRoom ? command.Key : LastKey;
        }

        added = _batch.Count;
        return _batch.Payload.ToArray();
    }

    private JobCommand Create(UnixMs time, UnixMs due)
    {
        var (order, customer, amount) = (_draw.Next(), _draw.Next(), _draw.Between(100, 99_999));
        Utf8.TryWrite(
            _meta,
            CultureInfo.InvariantCulture,
            $"{{\"order\":\"{order:x16}\",\"customer\":\"{customer:x16}\",\"amount\":{amount},{Pad}",
            out var length);
        Utf8.TryWrite(_key, CultureInfo.InvariantCulture, $"shop\0orders\0{_draw.Next():x16}", out var keyLength);
        var isKey = JobKey.TryDecode(_key.AsSpan(0, keyLength), out var key);
        Invariant.Require(isKey);
        return new JobCommand
        {
            Kind = JobCommandKind.Create,
            RequestId = new RequestId(new UInt128(_draw.Next(), _draw.Next())),
            Time = time,
            Key = key,
            TriggerTime = due,
            Route = Route,
            RouteRevision = new CommandNumber(1),
            Meta = _meta.AsMemory(0, length),
            Sameness = _draw.Next(),
        };
    }
}
