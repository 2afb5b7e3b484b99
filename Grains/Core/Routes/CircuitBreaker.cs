namespace TimeMachine.Core.Routes;

/// <summary>When a breaker opens, and for how long.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>So many failures in a row open it.</summary>
    public int FailuresToOpen { get; init; } = 10;

    /// <summary>How long it stays open the first time, in ms; it doubles with every probe that fails.</summary>
    public int OpenMinMs { get; init; } = 500;

    /// <summary>The longest time that it stays open, in ms.</summary>
    public int OpenMaxMs { get; init; } = 5_000;

    /// <summary>A probe of which nothing was heard for so long is given up, in ms.</summary>
    public int ProbeMs { get; init; } = 65_000;
}

/// <summary>What a breaker lets through.</summary>
public enum BreakerState : byte
{
    /// <summary>All.</summary>
    Closed = 0,

    /// <summary>Nothing.</summary>
    Open = 1,

    /// <summary>One attempt, which decides.</summary>
    HalfOpen = 2,
}

/// <summary>
/// Keeps a node from claiming jobs of a route whose recipient cannot be reached: it opens after failures of the
/// connection and timeouts in a row, and one probe at a time finds out when it may close. Any HTTP answer is a success
/// here.
/// </summary>
/// <param name="options">The limits.</param>
public sealed class CircuitBreaker(CircuitBreakerOptions options)
{
    private int _failures;
    private long _openMs;
    private MonoMs _openUntil;
    private bool _isOpen;
    private bool _isProbing;
    private MonoMs _probeUntil;

    /// <summary>What it lets through now.</summary>
    public BreakerState StateAt(MonoMs now)
    {
        if (!_isOpen)
        {
            return BreakerState.Closed;
        }

        return now >= _openUntil ? BreakerState.HalfOpen : BreakerState.Open;
    }

    /// <summary>Whether <see cref="TryPass"/> would let an attempt through.</summary>
    public bool MayPass(MonoMs now)
    {
        var state = StateAt(now);
        var isProbeFree = !_isProbing || now >= _probeUntil;
        return state == BreakerState.Closed || (state == BreakerState.HalfOpen && isProbeFree);
    }

    /// <summary>Lets an attempt through; in the half-open state it becomes the probe.</summary>
    /// <returns>False if nothing may be claimed now.</returns>
    public bool TryPass(MonoMs now)
    {
        if (!MayPass(now))
        {
            return false;
        }

        _isProbing = _isOpen;
        _probeUntil = now + options.ProbeMs;
        return true;
    }

    /// <summary>A recipient answered, whatever the status: the breaker closes.</summary>
    public void OnSuccess()
    {
        _failures = 0;
        _openMs = 0;
        _isOpen = false;
        _isProbing = false;
    }

    /// <summary>No connection, a broken one, or a timeout.</summary>
    public void OnFailure(MonoMs now)
    {
        _failures = Math.Min(_failures + 1, options.FailuresToOpen);
        var isProbeResult = StateAt(now) == BreakerState.HalfOpen;
        if (isProbeResult || (!_isOpen && _failures >= options.FailuresToOpen))
        {
            Open(now);
        }
    }

    /// <summary>An attempt that was let through was not sent: if it was the probe, another may be.</summary>
    public void OnReleased() => _isProbing = false;

    /// <summary>When it next lets something through without being told; far away if it does already.</summary>
    public MonoMs NextDeadline(MonoMs now)
    {
        if (MayPass(now))
        {
            return new MonoMs(long.MaxValue);
        }

        return StateAt(now) == BreakerState.Open ? _openUntil : _probeUntil;
    }

    private void Open(MonoMs now)
    {
        _openMs = _openMs == 0 ? options.OpenMinMs : Math.Min(_openMs * 2, options.OpenMaxMs);
        _openUntil = now + _openMs;
        _isOpen = true;
        _isProbing = false;
    }
}
