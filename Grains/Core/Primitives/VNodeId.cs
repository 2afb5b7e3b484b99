using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>A partition of the key space: 0 to the cluster's vnode count - 1.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct VNodeId(int Value) : IComparable<VNodeId>
{
    /// <inheritdoc/>
    public int CompareTo(VNodeId other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(VNodeId left, VNodeId right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(VNodeId left, VNodeId right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(VNodeId left, VNodeId right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(VNodeId left, VNodeId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
