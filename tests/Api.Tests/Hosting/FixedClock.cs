namespace TimeMachine.Api.Tests.Hosting;

/// <summary>A clock that stands at the start of 2030.</summary>
internal sealed class FixedClock : TimeProvider
{
    public const long NowMs = 1_893_456_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
