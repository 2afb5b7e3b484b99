using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>Monotonic time of one node: milliseconds since an arbitrary start. Never compared between nodes.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct MonoMs(long Value) : IComparable<MonoMs>
{
    /// <summary>Adds a count of milliseconds.</summary>
    public static MonoMs operator +(MonoMs left, long right) => new(left.Value + right);

    /// <summary>Subtracts a count of milliseconds.</summary>
    public static MonoMs operator -(MonoMs left, long right) => new(left.Value - right);

    /// <summary>Returns the distance of milliseconds.</summary>
    public static long operator -(MonoMs left, MonoMs right) => left.Value - right.Value;

    /// <inheritdoc/>
    public int CompareTo(MonoMs other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(MonoMs left, MonoMs right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(MonoMs left, MonoMs right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(MonoMs left, MonoMs right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(MonoMs left, MonoMs right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
