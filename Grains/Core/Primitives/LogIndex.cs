using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>A position in one group's Raft log: the first entry has index 1; 0 is before it.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct LogIndex(long Value) : IComparable<LogIndex>
{
    /// <summary>Adds a count of entries.</summary>
    public static LogIndex operator +(LogIndex left, long right) => new(left.Value + right);

    /// <summary>Subtracts a count of entries.</summary>
    public static LogIndex operator -(LogIndex left, long right) => new(left.Value - right);

    /// <summary>Returns the distance of entries.</summary>
    public static long operator -(LogIndex left, LogIndex right) => left.Value - right.Value;

    /// <inheritdoc/>
    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
