using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>A Raft term: 0 before the first election.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct Term(long Value) : IComparable<Term>
{
    /// <summary>Adds a count of terms.</summary>
    public static Term operator +(Term left, long right) => new(left.Value + right);

    /// <summary>Subtracts a count of terms.</summary>
    public static Term operator -(Term left, long right) => new(left.Value - right);

    /// <summary>Returns the distance of terms.</summary>
    public static long operator -(Term left, Term right) => left.Value - right.Value;

    /// <inheritdoc/>
    public int CompareTo(Term other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(Term left, Term right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(Term left, Term right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(Term left, Term right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(Term left, Term right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
