namespace TimeMachine.Core.Triggering;

/// <summary>How an attempt ended, as the sender saw it.</summary>
public enum AttemptEnd : byte
{
    /// <summary>The recipient answered.</summary>
    Answered = 1,

    /// <summary>No answer in time.</summary>
    TimedOut = 2,

    /// <summary>No connection.</summary>
    ConnectFailed = 3,

    /// <summary>The connection broke.</summary>
    Broken = 4,

    /// <summary>The address is not allowed.</summary>
    Forbidden = 5,
}

/// <summary>The end of an attempt.</summary>
/// <param name="End">How it ended.</param>
/// <param name="HttpStatus">The status if it was answered.</param>
/// <param name="DurationMs">From the beginning to the end, in ms.</param>
/// <param name="RetryAfterMs">What the recipient asked for with 429 or 503, in ms; 0 for nothing.</param>
/// <param name="WroteNothing">Whether provably not one byte of the request was written.</param>
public readonly record struct AttemptResult(
    AttemptEnd End, ushort HttpStatus, int DurationMs, int RetryAfterMs, bool WroteNothing)
{
    /// <summary>Whether the recipient took the job.</summary>
    public bool IsSuccess => End == AttemptEnd.Answered && HttpStatus is >= 200 and < 300;

    /// <summary>An answer.</summary>
    public static AttemptResult Answer(ushort status, int durationMs, int retryAfterMs = 0) =>
        new(AttemptEnd.Answered, status, durationMs, retryAfterMs, WroteNothing: false);

    /// <summary>No connection, so nothing was written.</summary>
    public static AttemptResult NotConnected(int durationMs) =>
        new(AttemptEnd.ConnectFailed, 0, durationMs, 0, WroteNothing: true);

    /// <summary>No answer in time, or the connection broke: nobody knows.</summary>
    public static AttemptResult Lost(AttemptEnd end, int durationMs) => new(end, 0, durationMs, 0, WroteNothing: false);
}
