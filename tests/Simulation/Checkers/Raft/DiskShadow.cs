namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What is known to be synced of one replica on its node's disk. It outlives crashes.</summary>
public sealed class DiskShadow
{
    private readonly List<(LogIndex Last, Term Term)> _replaced = [];
    private LogIndex? _unsureFrom;

    /// <summary>The synced log.</summary>
    public ShadowLog Log { get; } = new();

    /// <summary>The synced term.</summary>
    public Term Term { get; set; }

    /// <summary>The synced vote in <see cref="Term"/>.</summary>
    public ReplicaId Vote { get; set; }

    /// <summary>The synced commit index (a hint).</summary>
    public LogIndex Commit { get; set; }

    /// <summary>Entries from an index on are replaced by a write made in a term.</summary>
    public void Replace(LogIndex first, Term term)
    {
        if (first <= Log.Last)
        {
            _replaced.Add((Log.Last, term));
        }

        Log.TruncateFrom(first);
    }

    /// <summary>
    /// The last synced entry that a crash must have left: what was written behind it may have got through unsynced, in
    /// the place of synced entries.
    /// </summary>
    public LogIndex LastSure => _unsureFrom is { } from && from <= Log.Last ? from - 1 : Log.Last;

    /// <summary>The process ended before the write of an entry was synced.</summary>
    public void MayBeReplacedFrom(LogIndex first) =>
        _unsureFrom = _unsureFrom is { } from && from < first ? from : first;

    /// <summary>What the disk kept is known: the next crash is another one.</summary>
    public void Recovered() => _unsureFrom = null;

    /// <summary>
    /// Whether an entry, acknowledged in a term, is synced, or was until a later term replaced it: the acknowledgement
    /// was owed from the sync on, and its leader's term is over.
    /// </summary>
    public bool HasSynced(LogIndex index, Term term) =>
        index <= Log.Last || _replaced.Exists(replaced => index <= replaced.Last && term < replaced.Term);
}
