namespace TimeMachine.Core.Jobs;

/// <summary>
/// Tells which rows a store's merge may drop: those below the floors as of one applied index. No read and no apply sees
/// them any more, so it does not matter when, or whether, they go. A value: a merge may use it beside later applies.
/// </summary>
/// <param name="FinishedFloor">The floor of delivered, cancelled and expired jobs.</param>
/// <param name="DeadFloor">The floor of dead and unknown jobs.</param>
public readonly record struct PurgeFilter(UnixMs FinishedFloor, UnixMs DeadFloor)
{
    /// <summary>
    /// Whether a row lies below its floor. A row of another space, or of a form unknown here, never does.
    /// </summary>
    public bool IsBelowFloor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var isJob = key.Length > 0 && key[0] == RowKeys.JobSpace;
        return isJob && JobRow.TryReadEnd(value, out var state, out var at) && IsOver(state, at);
    }

    /// <summary>Whether the retention of a job in this state is over.</summary>
    internal bool IsOver(JobState state, UnixMs finishedAt) =>
        !JobRow.IsLive(state) && finishedAt < (JobRow.IsKept(state) ? DeadFloor : FinishedFloor);
}
