using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>
/// The 128-bit id of one client request: a repeat carries the same. 0 is none. Its lower half says which request it is;
/// the upper half is free, or a hash of what is asked, so that another request under the same key is found out.
/// </summary>
/// <param name="Value">The raw number.</param>
public readonly record struct RequestId(UInt128 Value) : IComparable<RequestId>
{
    /// <summary>No request id: the command is never repeated.</summary>
    public static RequestId None => default;

    /// <summary>The id of a request that its client has named.</summary>
    /// <param name="key">A hash of the client's name for it.</param>
    /// <param name="content">A hash of what is asked.</param>
    public static RequestId Of(ulong key, ulong content) => new(new UInt128(content, key));

    /// <summary>Which request it is.</summary>
    public ulong Key => (ulong)Value;

    /// <summary>Whether another one has the same key and asks for something else.</summary>
    public bool Contradicts(RequestId other) => Key == other.Key && Value != other.Value;

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
