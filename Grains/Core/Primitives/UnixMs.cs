using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>Wall time: milliseconds since 1970-01-01T00:00:00Z.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct UnixMs(long Value) : IComparable<UnixMs>
{
    /// <summary>Adds a count of milliseconds.</summary>
    public static UnixMs operator +(UnixMs left, long right) => new(left.Value + right);

    /// <summary>Subtracts a count of milliseconds.</summary>
    public static UnixMs operator -(UnixMs left, long right) => new(left.Value - right);

    /// <summary>Returns the distance of milliseconds.</summary>
    public static long operator -(UnixMs left, UnixMs right) => left.Value - right.Value;

    /// <inheritdoc/>
    public int CompareTo(UnixMs other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(UnixMs left, UnixMs right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(UnixMs left, UnixMs right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(UnixMs left, UnixMs right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(UnixMs left, UnixMs right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
