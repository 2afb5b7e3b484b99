using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TimeMachine.Core.Primitives;

/// <summary>
/// Checks that stay on in Release. A false condition is a programmer error, never an expected refusal.
/// </summary>
public static class Invariant
{
    /// <summary>Throws when <paramref name="condition"/> is false.</summary>
    /// <param name="condition">What must hold here.</param>
    /// <param name="text">The condition as written; filled in by the compiler.</param>
    /// <exception cref="InvariantViolationException">The condition is false.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            Throw(text);
        }
    }

    /// <summary>Fails at a place that no input can reach.</summary>
    /// <exception cref="InvariantViolationException">Always.</exception>
    [DoesNotReturn]
    public static void Fail(string text) => throw new InvariantViolationException(text);

    [DoesNotReturn]
    private static void Throw(string text) => throw new InvariantViolationException(text);
}
