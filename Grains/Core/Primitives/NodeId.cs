using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>A silo process with a stable name and a data directory of its own: 1 to 65,535; 0 is no node.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct NodeId(int Value) : IComparable<NodeId>
{
    /// <summary>No node.</summary>
    public static NodeId None => default;

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
