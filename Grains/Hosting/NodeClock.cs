namespace TimeMachine.Grains.Hosting;

/// <summary>A node's clocks in whole milliseconds, so that what is reckoned from them is never ahead of the machine's
/// clock: rounded up somewhere, a job would be early.</summary>
/// <param name="time">The machine's clocks.</param>
public sealed class NodeClock(TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Monotonic time since the start, from 1.</summary>
    public MonoMs Now => MonoOf(time.GetElapsedTime(_begun));

    /// <summary>Reads both clocks: the wall clock as it was when the millisecond of the monotonic one began.</summary>
    public (MonoMs Mono, UnixMs Wall) Sample()
    {
        // In this order: what passes between the two readings then makes the wall clock seem late, never early.
        var wall = time.GetUtcNow();
        var elapsed = time.GetElapsedTime(_begun);
        var intoMs = elapsed.Ticks % TimeSpan.TicksPerMillisecond;
        return (MonoOf(elapsed), new UnixMs(wall.AddTicks(-intoMs).ToUnixTimeMilliseconds()));
    }

    private static MonoMs MonoOf(TimeSpan elapsed) => new(1 + (elapsed.Ticks / TimeSpan.TicksPerMillisecond));
}
