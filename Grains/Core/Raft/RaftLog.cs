namespace TimeMachine.Core.Raft;

/// <summary>
/// One group's log as the core sees it: the terms of all kept entries, the newest entries in memory, and the
/// configurations found in them. What lies before the window is on disk only.
/// </summary>
public sealed class RaftLog
{
    private const int WindowCapacityMin = 16;
    private readonly PayloadArena _arena;
    private readonly TermRuns _terms = new();
    private readonly List<(LogIndex Index, Configuration Configuration)> _configurations = [];
    private Entry[] _window = new Entry[WindowCapacityMin];
    private int _head;
    private int _count;

    /// <summary>Makes a log that begins behind a snapshot point.</summary>
    /// <param name="arena">Holds the payloads; takes evicted ones back.</param>
    /// <param name="snapshotIndex">The index before the first entry.</param>
    /// <param name="snapshotTerm">Its term.</param>
    /// <param name="configuration">The configuration as of that index.</param>
    public RaftLog(PayloadArena arena, LogIndex snapshotIndex, Term snapshotTerm, Configuration configuration)
    {
        _arena = arena;
        Restore(snapshotIndex, snapshotTerm, configuration);
    }

    /// <summary>The index before the first kept entry.</summary>
    public LogIndex SnapshotIndex { get; private set; }

    /// <summary>The term at <see cref="SnapshotIndex"/>.</summary>
    public Term SnapshotTerm { get; private set; }

    /// <summary>The first index that is kept anywhere.</summary>
    public LogIndex FirstIndex => SnapshotIndex + 1;

    /// <summary>The first index in memory; one above the last if there is none.</summary>
    public LogIndex WindowFirst => LastIndex - _count + 1;

    /// <summary>The bytes of all payloads in memory.</summary>
    public long WindowBytes { get; private set; }

    /// <summary>The last index.</summary>
    public LogIndex LastIndex { get; private set; }

    /// <summary>The term of the last entry, or of the snapshot.</summary>
    public Term LastTerm => _terms.Last ?? SnapshotTerm;

    /// <summary>The configuration in force: the newest in the log, committed or not (thesis 4.1).</summary>
    public Configuration Configuration => _configurations[^1].Configuration;

    /// <summary>The index of the configuration in force.</summary>
    public LogIndex ConfigurationIndex => _configurations[^1].Index;

    /// <summary>The term of an entry.</summary>
    /// <exception cref="InvariantViolationException">The index is not from SnapshotIndex to LastIndex.</exception>
    public Term TermAt(LogIndex index)
    {
        Invariant.Require(index >= SnapshotIndex);
        Invariant.Require(index <= LastIndex);
        return _terms.At(index) ?? SnapshotTerm;
    }

    /// <summary>Whether the log holds that entry, or its snapshot ends with it.</summary>
    public bool Matches(LogIndex index, Term term) =>
        index >= SnapshotIndex && index <= LastIndex && TermAt(index) == term;

    /// <summary>The highest index at or below <paramref name="index"/> whose term is at most <paramref name="term"/>;
    /// at least <see cref="SnapshotIndex"/>, at most <see cref="LastIndex"/>.</summary>
    /// <remarks>Lets a leader and a follower skip a whole term a round trip (paper 5.3).</remarks>
    public LogIndex LastWithTermAtMost(LogIndex index, Term term)
    {
        var found = _terms.LastWithTermAtMost(index < LastIndex ? index : LastIndex, term);
        return found > SnapshotIndex ? found : SnapshotIndex;
    }

    /// <summary>Finds an entry in memory.</summary>
    public bool TryGet(LogIndex index, out Entry entry)
    {
        if (index < WindowFirst || index > LastIndex)
        {
            entry = default;
            return false;
        }

        entry = _window[Position(index)];
        Invariant.Require(entry.Index == index);
        return true;
    }

    /// <summary>The configuration that was in force at an index: committed or not, as the log stands.</summary>
    public Configuration ConfigurationAt(LogIndex index)
    {
        for (var i = _configurations.Count - 1; i > 0; i--)
        {
            if (_configurations[i].Index <= index)
            {
                return _configurations[i].Configuration;
            }
        }

        return _configurations[0].Configuration;
    }

    /// <summary>Appends the next entry, copying its payload.</summary>
    /// <exception cref="InvariantViolationException">The term is below the last one, or a configuration does not
    /// decode.</exception>
    public void Append(Term term, EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Note(term, kind, payload);
        var memory = _arena.Copy(payload, out var slab);
        if (_count == _window.Length)
        {
            Resize(_window.Length * 2);
        }

        _count++;
        WindowBytes += memory.Length;
        _window[Position(LastIndex)] = new Entry(LastIndex, term, kind, memory, slab);
    }

    /// <summary>Appends the next entry as one that is on disk and applied: nothing of it is held in memory.</summary>
    /// <exception cref="InvariantViolationException">Entries before it are in memory, the term is below the last one,
    /// or a configuration does not decode.</exception>
    public void AppendEvicted(Term term, EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Require(_count == 0);
        Note(term, kind, payload);
    }

    /// <summary>Drops the entry at the index and all behind it. Their payload memory is left to the runtime, since a
    /// writer may still read it.</summary>
    /// <exception cref="InvariantViolationException">The index is not from FirstIndex to LastIndex.</exception>
    public void TruncateFrom(LogIndex index)
    {
        Invariant.Require(index > SnapshotIndex);
        Invariant.Require(index <= LastIndex);
        var dropped = (int)Math.Min(_count, LastIndex - index + 1);
        for (var i = 0; i < dropped; i++)
        {
            ref var entry = ref _window[Position(LastIndex - i)];
            WindowBytes -= entry.Payload.Length;
            entry = default;
        }

        _count -= dropped;
        _head = _count == 0 ? 0 : _head;
        LastIndex = index - 1;
        _terms.TruncateFrom(index);
        while (_configurations[^1].Index > LastIndex)
        {
            _configurations.RemoveAt(_configurations.Count - 1);
        }
    }

    /// <summary>Drops entries up to an index from memory; they stay on disk. Nobody may read their payloads any more:
    /// the caller passes at most what is synced and applied.</summary>
    public void EvictThrough(LogIndex index)
    {
        while (_count > 0 && WindowFirst <= index)
        {
            EvictFirst();
        }

        ShrinkWindow();
    }

    /// <summary>Drops the oldest entries from memory, as <see cref="EvictThrough"/> does, until no more than so many
    /// entries and bytes are left, or none up to <paramref name="applied"/>.</summary>
    /// <param name="applied">The last entry that may go: it is synced and applied.</param>
    /// <param name="entriesMax">The most entries up to that one that stay.</param>
    /// <param name="bytesMax">The most bytes of payloads that stay.</param>
    public void EvictBeyond(LogIndex applied, int entriesMax, long bytesMax)
    {
        while (_count > 0 && WindowFirst <= applied
            && (WindowBytes > bytesMax || WindowFirst <= applied - entriesMax))
        {
            EvictFirst();
        }

        ShrinkWindow();
    }

    private void EvictFirst()
    {
        ref var entry = ref _window[_head];
        WindowBytes -= entry.Payload.Length;
        _arena.Release(entry.Slab);
        entry = default;
        _head = (_head + 1) & (_window.Length - 1);
        _count--;
    }

    private void ShrinkWindow()
    {
        if (_window.Length > 64 * WindowCapacityMin && _count < _window.Length / 8)
        {
            Resize(_window.Length / 4);
        }
    }

    /// <summary>Forgets entries up to an index for good; nothing if they are forgotten already.</summary>
    /// <exception cref="InvariantViolationException">The index is above LastIndex.</exception>
    public void CompactThrough(LogIndex index)
    {
        if (index <= SnapshotIndex)
        {
            return;
        }

        var term = TermAt(index);
        EvictThrough(index);
        _terms.CompactThrough(index, LastIndex);
        SnapshotIndex = index;
        SnapshotTerm = term;
        while (_configurations.Count > 1 && _configurations[1].Index <= index)
        {
            _configurations.RemoveAt(0);
        }
    }

    /// <summary>Begins anew behind an image.</summary>
    /// <param name="index">The image's index.</param>
    /// <param name="term">Its term.</param>
    /// <param name="configuration">The configuration as of that index.</param>
    public void Restore(LogIndex index, Term term, Configuration configuration)
    {
        Array.Clear(_window);
        _count = 0;
        _head = 0;
        WindowBytes = 0;
        _terms.Clear();
        _configurations.Clear();
        _configurations.Add((index, configuration));
        SnapshotIndex = index;
        SnapshotTerm = term;
        LastIndex = index;
    }

    private void Note(Term term, EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Require(term >= LastTerm);
        var index = LastIndex + 1;
        if (kind == EntryKind.Configuration)
        {
            var isDecoded = Configuration.TryDecode(payload, out var configuration);
            Invariant.Require(isDecoded);
            _configurations.Add((index, configuration!));
        }

        LastIndex = index;
        _terms.Append(index, term);
    }

    private int Position(LogIndex index) => (int)(_head + (index - WindowFirst)) & (_window.Length - 1);

    private void Resize(int capacity)
    {
        var other = new Entry[capacity];
        for (var i = 0; i < _count; i++)
        {
            other[i] = _window[(_head + i) & (_window.Length - 1)];
        }

        _window = other;
        _head = 0;
    }
}
