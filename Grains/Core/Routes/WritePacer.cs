namespace TimeMachine.Core.Routes;

/// <summary>
/// Paces the sends of one route on one node: any 1,010 ms of the node's clock, so any true second, hold at most as many
/// sends as the largest share of that time. Nothing is saved up beyond one step of 10 ms; a missed slot is lost.
/// </summary>
/// <remarks>
/// Each send moves the next slot 1,021 ms / share ahead, and may come one step early. n sends with the largest share s
/// span at least (n - 1) x 1,021 / s - 10 ms; for n = s + 1 that is 1,011 ms. So s + 1 never fit.
/// </remarks>
internal struct WritePacer
{
    /// <summary>How early a send may be: one step.</summary>
    public const long StepNs = 10_000_000;

    private const long PeriodNs = 1_021_000_000;
    private long _nextNs;

    /// <summary>When the slot behind so many others opens, if nothing else is sent.</summary>
    /// <param name="share">Sends a second: positive.</param>
    /// <param name="ahead">How many slots are spoken for already.</param>
    /// <param name="now">The present.</param>
    public readonly MonoMs SlotAt(int share, int ahead, MonoMs now)
    {
        var slotNs = Math.Max(_nextNs, Ns(now)) + (ahead * SpacingNs(share)) - StepNs;
        var slotMs = (slotNs + 999_999) / 1_000_000;
        return new MonoMs(Math.Max(slotMs, now.Value));
    }

    /// <summary>Takes the next slot if it is open.</summary>
    public bool TryTake(int share, MonoMs now)
    {
        if (Ns(now) < _nextNs - StepNs)
        {
            return false;
        }

        _nextNs = Math.Max(_nextNs, Ns(now)) + SpacingNs(share);
        return true;
    }

    /// <summary>How long the next slot has been open, in ms: slots behind one step of it are lost.</summary>
    public readonly long OpenForMs(MonoMs now) => Math.Max(0, (Ns(now) - _nextNs) / 1_000_000);

    private static long Ns(MonoMs time) => time.Value * 1_000_000;

    private static long SpacingNs(int share) => (PeriodNs + share - 1) / share;
}
