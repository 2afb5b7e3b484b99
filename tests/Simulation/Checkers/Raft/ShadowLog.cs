namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>
/// A log as hashes: one chained hash an entry, so that equal chains at an index mean equal logs up to it.
/// </summary>
public sealed class ShadowLog
{
    private readonly List<Item> _items = [];

    /// <summary>The point before the first kept entry.</summary>
    public LogIndex Base { get; private set; }

    /// <summary>The last entry's index, or <see cref="Base"/>.</summary>
    public LogIndex Last => Base + _items.Count;

    /// <summary>The chain at <see cref="Last"/>.</summary>
    public ulong LastChain => _items.Count == 0 ? BaseChain : _items[^1].Chain;

    /// <summary>The term at <see cref="Last"/>.</summary>
    public Term LastTerm => _items.Count == 0 ? BaseTerm : _items[^1].Term;

    private ulong BaseChain { get; set; }

    private Term BaseTerm { get; set; }

    /// <summary>Finds the chain at an index from <see cref="Base"/> to <see cref="Last"/>.</summary>
    public bool TryGet(LogIndex index, out Item item)
    {
        if (index == Base)
        {
            item = new Item(BaseTerm, BaseChain, IsConfiguration: false);
            return true;
        }

        var at = index - Base - 1;
        var isHeld = at >= 0 && at < _items.Count;
        item = isHeld ? _items[(int)at] : default;
        return isHeld;
    }

    /// <summary>Appends behind <see cref="Last"/> and returns the chain there.</summary>
    public ulong Append(in EntryFact fact)
    {
        var chain = fact.Chain(LastChain);
        _items.Add(new Item(fact.Term, chain, fact.IsConfiguration));
        return chain;
    }

    /// <summary>Drops the entries from an index on.</summary>
    public void TruncateFrom(LogIndex first)
    {
        var keep = Math.Max(0, (int)(first - Base - 1));
        if (keep < _items.Count)
        {
            _items.RemoveRange(keep, _items.Count - keep);
        }
    }

    /// <summary>Begins again behind a point.</summary>
    public void Reset(LogIndex index, Term term, ulong chain)
    {
        _items.Clear();
        Base = index;
        BaseTerm = term;
        BaseChain = chain;
    }

    /// <summary>The index of the last configuration entry above <paramref name="above"/>, or 0.</summary>
    public LogIndex LastConfigurationAbove(LogIndex above)
    {
        for (var index = Last; index > above && index > Base; index -= 1)
        {
            if (_items[(int)(index - Base - 1)].IsConfiguration)
            {
                return index;
            }
        }

        return default;
    }

    /// <summary>
    /// The index of the last configuration entry before <paramref name="index"/>, or <see cref="Base"/>.
    /// </summary>
    public LogIndex LastConfigurationBefore(LogIndex index)
    {
        for (var at = index - 1; at > Base; at -= 1)
        {
            if (_items[(int)(at - Base - 1)].IsConfiguration)
            {
                return at;
            }
        }

        return Base;
    }

    /// <summary>One entry of the shadow.</summary>
    public readonly record struct Item(Term Term, ulong Chain, bool IsConfiguration);
}
