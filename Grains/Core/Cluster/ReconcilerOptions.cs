namespace TimeMachine.Core.Cluster;

/// <summary>The reconciler's limits.</summary>
public sealed record ReconcilerOptions
{
    /// <summary>The most voters of the system group: 1 to 7; further nodes are learners.</summary>
    public int SystemVotersMax { get; init; } = 7;

    /// <summary>A member counts as caught up when it lags by at most this many entries.</summary>
    public long CaughtUpLagMax { get; init; } = 1_000;

    /// <summary>
    /// The most learners of a node that catch up at once; the rest waits, so that snapshots do not starve the jobs.
    /// </summary>
    public int CatchUpsPerNodeMax { get; init; } = 4;

    /// <summary>
    /// The most leaderships that one round hands over for balance alone; the rest waits for the next round.
    /// </summary>
    public int BalancingTransfersMax { get; init; } = 4;

    /// <summary>A step without visible effect after this many milliseconds is decided anew.</summary>
    public long StepTimeoutMs { get; init; } = 10_000;
}
