using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>
/// One life of one vnode's copy on a node: never used again after its disk was lost. 0 is no replica.
/// </summary>
/// <param name="Value">The raw number.</param>
public readonly record struct ReplicaId(ulong Value) : IComparable<ReplicaId>
{
    /// <summary>No replica.</summary>
    public static ReplicaId None => default;

    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(ReplicaId left, ReplicaId right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(ReplicaId left, ReplicaId right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(ReplicaId left, ReplicaId right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(ReplicaId left, ReplicaId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
