namespace TimeMachine.Core.Raft;

/// <summary>The terms of a log's entries as runs: a few numbers, however long the log is.</summary>
internal sealed class TermRuns
{
    private readonly List<(LogIndex First, Term Term)> _runs = [];

    /// <summary>The last term; null if there are no entries.</summary>
    public Term? Last => _runs.Count > 0 ? _runs[^1].Term : null;

    /// <summary>The term at an index at or below the last; null before the first entry.</summary>
    public Term? At(LogIndex index)
    {
        var run = RunOf(index);
        return run < 0 ? null : _runs[run].Term;
    }

    /// <summary>The highest index at or below <paramref name="index"/> whose term is at most
    /// <paramref name="term"/>; one
    /// before the first entry if there is none.</summary>
    public LogIndex LastWithTermAtMost(LogIndex index, Term term)
    {
        for (var run = RunOf(index); run >= 0; run--)
        {
            if (_runs[run].Term <= term)
            {
                return index;
            }

            index = _runs[run].First - 1;
        }

        return index;
    }

    /// <summary>Notes the next entry.</summary>
    public void Append(LogIndex index, Term term)
    {
        if (Last != term)
        {
            _runs.Add((index, term));
        }
    }

    /// <summary>Forgets the entry at the index and all behind it.</summary>
    public void TruncateFrom(LogIndex index)
    {
        while (_runs.Count > 0 && _runs[^1].First >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Forgets the entry at the index and all before it.</summary>
    public void CompactThrough(LogIndex index, LogIndex last)
    {
        if (index >= last)
        {
            _runs.Clear();
            return;
        }

        var keep = RunOf(index + 1);
        _runs.RemoveRange(0, keep);
        _runs[0] = (index + 1, _runs[0].Term);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _runs.Clear();

    /// <summary>The run that holds the index; -1 before the first. Most questions are about the newest run.</summary>
    private int RunOf(LogIndex index)
    {
        var run = _runs.Count - 1;
        if (run < 0 || _runs[run].First <= index)
        {
            return run;
        }

        var low = 0;
        while (low < run)
        {
            var middle = (low + run) / 2;
            if (_runs[middle].First <= index)
            {
                low = middle + 1;
            }
            else
            {
                run = middle;
            }
        }

        return low - 1;
    }
}
