namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What the checkers keep of a log entry.</summary>
/// <param name="Term">The entry's term.</param>
/// <param name="IsConfiguration">Whether it changes the members.</param>
/// <param name="PayloadHash">A hash of its kind and payload.</param>
public readonly record struct EntryFact(Term Term, bool IsConfiguration, ulong PayloadHash)
{
    /// <summary>The hash of a whole log up to this entry, from that of the log before it.</summary>
    public ulong Chain(ulong previous)
    {
        var mixed = new SplitMix64(previous ^ PayloadHash ^ ((ulong)Term.Value << 32) ^ (IsConfiguration ? 1UL : 0UL));
        return mixed.Next() + previous;
    }
}
