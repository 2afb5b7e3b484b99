using System.Diagnostics;

namespace TimeMachine.Chaos;

/// <summary>The time of a run. Recipient and load are one process: steps of the machine's clock do not count.</summary>
internal sealed class RunClock
{
    private const int UsPerMs = 1_000;
    private const int LookMs = 100;
    private readonly long _beganMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Now, in ms since 1970.</summary>
    public long NowMs => _beganMs + _watch.ElapsedMilliseconds;

    /// <summary>Now, in microseconds since 1970.</summary>
    public long NowUs => (_beganMs * UsPerMs) + (_watch.Elapsed.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Waits until a time, in ms since 1970; not at all if it is past.</summary>
    public async Task WaitAsync(long untilMs)
    {
        while (untilMs - NowMs is > 0 and var leftMs)
        {
            await Task.Delay((int)Math.Min(leftMs, LookMs));
        }
    }

    /// <summary>Waits until something is so, or so many ms have passed.</summary>
    public async Task WaitAsync(Func<bool> isSo, long msMax)
    {
        var untilMs = NowMs + msMax;
        while (!isSo() && NowMs < untilMs)
        {
            await Task.Delay(LookMs);
        }
    }
}
