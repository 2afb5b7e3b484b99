namespace TimeMachine.Core.Routes;

/// <summary>
/// The times on which holders and the granter of leases must agree, in ms. Each side counts on its own monotonic clock;
/// clocks run at most 1 % fast or slow, so whoever waits for another's time to be over waits 3 % longer.
/// </summary>
public static class LeaseTiming
{
    /// <summary>How long a holder uses a lease, from the sending of its request.</summary>
    public const int LeaseMs = 1_000;

    /// <summary>How long a holder trusts its route table, from the sending of the request that confirmed it.</summary>
    public const int ConfirmedMs = 2_000;

    /// <summary>How long after its claim an attempt may still be sent.</summary>
    public const int SendWithinMs = 1_000;

    /// <summary>How often a holder asks.</summary>
    public const int RequestEveryMs = 300;

    /// <summary>
    /// A share of a rate that leaves a holder is used by nobody for so long: a full second by any clock.
    /// </summary>
    public const int RestMs = 1_040;

    /// <summary>After so long since its commit a change of a route is in force everywhere.</summary>
    public static long FenceMs => Waited(ConfirmedMs + SendWithinMs);

    /// <summary>
    /// How long to wait here until a time is surely over on a clock that is 1 % slow, if ours is 1 % fast.
    /// </summary>
    public static long Waited(long milliseconds) => milliseconds + ((milliseconds * 3) / 100);
}
