namespace TimeMachine.Api.Tests.Hosting;

/// <summary>A clock that stands at the start of 2030 until it is moved.</summary>
internal sealed class FixedClock : TimeProvider
{
    public const long NowMs = 1_893_456_000_000;

    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override DateTimeOffset GetUtcNow() =>
        DateTimeOffset.FromUnixTimeMilliseconds(NowMs).AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
}
