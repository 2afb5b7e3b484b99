namespace TimeMachine.Core.Log;

/// <summary>Where a recovered log goes on.</summary>
/// <param name="Images">All slots found.</param>
/// <param name="Plan">What counts of them.</param>
/// <param name="HighestEpoch">No epoch up to this one may be used again.</param>
/// <param name="Now">The time of the recovery.</param>
internal readonly record struct RestorePoint(
    IReadOnlyList<SegmentImage> Images, RecoveryPlan Plan, uint HighestEpoch, MonoMs Now);
