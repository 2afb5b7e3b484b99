using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>
/// Log index x 65,536 + position in the entry: a job's version, a claim's fencing number, the answer's offset. 0 is
/// none.
/// </summary>
/// <param name="Value">The raw number.</param>
public readonly record struct CommandNumber(long Value) : IComparable<CommandNumber>
{
    /// <summary>The number of commands that one entry can carry.</summary>
    public const int PositionsMax = 65_536;

    /// <summary>No command.</summary>
    public static CommandNumber None => default;

    /// <summary>
    /// The number of the command at <paramref name="position"/> of the entry at <paramref name="index"/>.
    /// </summary>
    /// <exception cref="InvariantViolationException">The position is not from 0 to 65,535.</exception>
    public static CommandNumber At(LogIndex index, int position)
    {
        Invariant.Require((uint)position < PositionsMax);
        return new CommandNumber((index.Value * PositionsMax) + position);
    }

    /// <summary>The log index of the entry.</summary>
    public LogIndex Index => new(Value / PositionsMax);

    /// <summary>The position in the entry: 0 to 65,535.</summary>
    public int Position => (int)(Value % PositionsMax);

    /// <inheritdoc/>
    public int CompareTo(CommandNumber other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(CommandNumber left, CommandNumber right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(CommandNumber left, CommandNumber right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(CommandNumber left, CommandNumber right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(CommandNumber left, CommandNumber right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
