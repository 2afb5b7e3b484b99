namespace TimeMachine.Core.Raft;

/// <summary>
/// One group's log as the core sees it: the terms of all kept entries, the newest entries in memory, and the
/// configurations found in them. What lies before the window is on disk only.
/// </summary>
public sealed class RaftLog
{
    private readonly PayloadArena _arena;
    private readonly List<(LogIndex First, Term Term)> _runs = [];
    private readonly List<(LogIndex Index, Configuration Configuration)> _configurations = [];
    private Entry[] _window = new Entry[16];
    private int _head;
    private int _count;

    /// <summary>Makes a log that begins behind a snapshot point.</summary>
    /// <param name="arena">Takes evicted payloads back.</param>
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

    /// <summary>The last index.</summary>
    public LogIndex LastIndex { get; private set; }

    /// <summary>The term of the last entry, or of the snapshot.</summary>
    public Term LastTerm => _runs.Count > 0 ? _runs[^1].Term : SnapshotTerm;

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
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            if (_runs[i].First <= index)
            {
                return _runs[i].Term;
            }
        }

        return SnapshotTerm;
    }

    /// <summary>Whether the log holds that entry, or its snapshot ends with it.</summary>
    public bool Matches(LogIndex index, Term term) =>
        index >= SnapshotIndex && index <= LastIndex && TermAt(index) == term;

    /// <summary>The highest index at or below <paramref name="index"/> whose term is at most <paramref name="term"/>.</summary>
    /// <remarks>Lets a leader and a follower skip a whole term a round trip (paper 5.3).</remarks>
    public LogIndex LastWithTermAtMost(LogIndex index, Term term)
    {
        index = index < LastIndex ? index : LastIndex;
        for (var i = _runs.Count - 1; i >= 0 && index > SnapshotIndex; i--)
        {
            if (_runs[i].First > index)
            {
                continue;
            }

            if (_runs[i].Term <= term)
            {
                return index;
            }

            index = _runs[i].First - 1;
        }

        return index > SnapshotIndex ? index : SnapshotIndex;
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
        return true;
    }

    /// <summary>Appends the next entry, copying its payload.</summary>
    public void Append(Term term, EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Require(term >= LastTerm);
        var index = LastIndex + 1;
        var memory = _arena.Copy(payload, out var slab);
        if (_count == _window.Length)
        {
            Grow();
        }

        LastIndex = index;
        _count++;
        _window[Position(index)] = new Entry(index, term, kind, memory, slab);
        if (_runs.Count == 0 || _runs[^1].Term != term)
        {
            _runs.Add((index, term));
        }

        if (kind == EntryKind.Configuration && Configuration.TryDecode(payload, out var configuration))
        {
            _configurations.Add((index, configuration));
        }
    }

    /// <summary>Drops the entry at the index and all behind it.</summary>
    public void TruncateFrom(LogIndex index)
    {
        Invariant.Require(index > SnapshotIndex);
        Invariant.Require(index <= LastIndex);
        var inWindow = Math.Min(_count, LastIndex - index + 1);
        for (var i = 0; i < inWindow; i++)
        {
            _window[Position(LastIndex - i)] = default;
        }

        _count -= (int)inWindow;
        LastIndex = index - 1;
        while (_runs.Count > 0 && _runs[^1].First > LastIndex)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }

        while (_configurations[^1].Index > LastIndex)
        {
            _configurations.RemoveAt(_configurations.Count - 1);
        }
    }

    /// <summary>Drops entries up to an index from memory; they stay on disk.</summary>
    public void EvictThrough(LogIndex index)
    {
        while (_count > 0 && WindowFirst <= index)
        {
            ref var entry = ref _window[_head];
            _arena.Release(entry.Slab);
            entry = default;
            _head = (_head + 1) & (_window.Length - 1);
            _count--;
        }
    }

    /// <summary>Forgets entries up to an index for good.</summary>
    public void CompactThrough(LogIndex index)
    {
        if (index <= SnapshotIndex)
        {
            return;
        }

        var term = TermAt(index);
        EvictThrough(index);
        var keep = _runs.FindLastIndex(run => run.First <= index + 1);
        _runs.RemoveRange(0, Math.Max(0, keep));
        if (_runs.Count > 0 && index == LastIndex)
        {
            _runs.Clear();
        }
        else if (_runs.Count > 0 && _runs[0].First <= index)
        {
            _runs[0] = (index + 1, _runs[0].Term);
        }

        SnapshotIndex = index;
        SnapshotTerm = term;
        while (_configurations.Count > 1 && _configurations[1].Index <= index)
        {
            _configurations.RemoveAt(0);
        }
    }

    /// <summary>Begins anew behind an image.</summary>
    public void Restore(LogIndex index, Term term, Configuration configuration)
    {
        Array.Clear(_window);
        _count = 0;
        _head = 0;
        _runs.Clear();
        _configurations.Clear();
        _configurations.Add((index, configuration));
        SnapshotIndex = index;
        SnapshotTerm = term;
        LastIndex = index;
    }

    /// <summary>The configuration that was in force at an index.</summary>
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

    private int Position(LogIndex index) => (int)(_head + (index - WindowFirst)) & (_window.Length - 1);

    private void Grow()
    {
        var larger = new Entry[_window.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = _window[(_head + i) & (_window.Length - 1)];
        }

        _window = larger;
        _head = 0;
    }
}
