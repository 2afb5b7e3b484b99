namespace TimeMachine.Core.Node;

/// <summary>An entry that this node proposed, and who waits for the answer to each of its commands.</summary>
/// <param name="Index">Where it stands if it is ever committed.</param>
/// <param name="Term">The term it was proposed in.</param>
/// <param name="Tokens">One token a command, in order.</param>
public readonly record struct ProposedEntry(LogIndex Index, Term Term, List<ulong> Tokens);

/// <summary>
/// The proposals of one group that are neither applied nor known to be lost. An entry is lost for certain when another
/// term's entry is applied at its index, or its index lies within an image that was installed.
/// </summary>
public sealed class ProposedEntries
{
    private readonly List<ProposedEntry> _waiting = [];
    private readonly Stack<List<ulong>> _spare = new();

    /// <summary>How many entries wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Notes an accepted proposal.</summary>
    public void Add(LogIndex index, Term term, List<ulong> tokens)
    {
        var copy = _spare.Count > 0 ? _spare.Pop() : [];
        copy.AddRange(tokens);
        _waiting.Add(new ProposedEntry(index, term, copy));
    }

    /// <summary>Takes out every proposal at or below an applied index.</summary>
    /// <param name="index">The applied index.</param>
    /// <param name="term">The term of the entry there.</param>
    /// <param name="applied">The proposal that was applied just now, if it is ours.</param>
    /// <param name="lost">Proposals that another leader's entry has replaced.</param>
    /// <returns>Whether <paramref name="applied"/> is set.</returns>
    public bool Take(LogIndex index, Term term, out ProposedEntry applied, List<ProposedEntry> lost)
    {
        applied = default;
        var isOurs = false;
        for (var i = 0; i < _waiting.Count && _waiting.Count > 0;)
        {
            var entry = _waiting[i];
            if (entry.Index > index)
            {
                i++;
                continue;
            }

            if (entry.Index == index && entry.Term == term)
            {
                applied = entry;
                isOurs = true;
            }
            else
            {
                lost.Add(entry);
            }

            _waiting.RemoveAt(i);
        }

        return isOurs;
    }

    /// <summary>Takes out everything.</summary>
    public IReadOnlyList<ProposedEntry> TakeAll()
    {
        var all = _waiting.ToArray();
        _waiting.Clear();
        return all;
    }

    /// <summary>Gives the token list back once its answers are sent.</summary>
    public void Recycle(in ProposedEntry entry)
    {
        entry.Tokens.Clear();
        _spare.Push(entry.Tokens);
    }
}
