namespace TimeMachine.Core.Log;

/// <summary>A place in the whole log: epochs only grow, so places are ordered. 0 is before everything.</summary>
/// <param name="Epoch">The segment's epoch.</param>
/// <param name="Offset">The offset in the segment, in bytes.</param>
internal readonly record struct LogPosition(uint Epoch, int Offset) : IComparable<LogPosition>
{
    /// <inheritdoc/>
    public int CompareTo(LogPosition other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Offset.CompareTo(other.Offset);
    }

    /// <summary>Compares by place.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Compares by place.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Compares by place.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Compares by place.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;
}
