using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>The 128-bit id of one client request: a repeat carries the same. 0 is none.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct RequestId(UInt128 Value) : IComparable<RequestId>
{
    /// <summary>No request id: the command is never repeated.</summary>
    public static RequestId None => default;

    /// <inheritdoc/>
    public int CompareTo(RequestId other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(RequestId left, RequestId right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(RequestId left, RequestId right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(RequestId left, RequestId right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(RequestId left, RequestId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
