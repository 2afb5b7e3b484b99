namespace TimeMachine.Core.Raft;

/// <summary>The arithmetic of majorities.</summary>
public static class Quorum
{
    /// <summary>Returns the highest value that a majority has reached.</summary>
    /// <param name="values">One value a voter, in any order; sorted in place.</param>
    /// <exception cref="InvariantViolationException">No voter, or more than the limit.</exception>
    /// <remarks>Raft paper 5.3. The caller also checks that the entry is of the current term (5.4.2).</remarks>
    public static long Reached(Span<long> values)
    {
        Invariant.Require(values.Length > 0);
        Invariant.Require(values.Length <= Configuration.VotersMax);
        for (var i = 1; i < values.Length; i++)
        {
            for (var j = i; j > 0 && values[j - 1] < values[j]; j--)
            {
                (values[j - 1], values[j]) = (values[j], values[j - 1]);
            }
        }

        return values[values.Length / 2];
    }
}
