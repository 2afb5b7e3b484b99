namespace TimeMachine.Core.Node;

/// <summary>
/// Decides which replica of the node is checkpointed next: the one with the most rows in memory once all together have
/// too many, else the one with the most entries behind its checkpoint; and never more than a few at a time, so that
/// merges do not crowd out applies.
/// </summary>
/// <param name="options">The limits.</param>
public sealed class CheckpointPolicy(CheckpointOptions options)
{
    private readonly List<Progress> _groups = [];
    private int _running;
    private long _freshBytes;
    private long _endingBytes;
    private int _failedCount;

    /// <summary>Whether rows take so much memory that nothing more is to be applied before a checkpoint has ended.
    /// </summary>
    public bool IsFull => _running > 0 && IsOverBudget;

    /// <summary>
    /// Whether rows take so much memory and the disk takes none of them: the last checkpoint of some replica failed.
    /// New work is to be refused until one ends well.
    /// </summary>
    public bool IsStuck => _failedCount > 0 && IsOverBudget;

    private bool IsOverBudget => _freshBytes + _endingBytes >= options.FreshBytesMax;

    /// <summary>Begins to watch a group whose last checkpoint is at <paramref name="checkpoint"/>.</summary>
    public void Add(GroupId group, LogIndex checkpoint) => _groups.Add(new Progress(group, checkpoint));

    /// <summary>Ends the watch.</summary>
    public void Remove(GroupId group)
    {
        var at = _groups.FindIndex(progress => progress.Group == group);
        if (at >= 0)
        {
            SetFresh(_groups[at], 0);
            SetEnding(_groups[at], 0);
            SetFailed(_groups[at], false);
            _running -= _groups[at].IsRunning ? 1 : 0;
            _groups.RemoveAt(at);
        }
    }

    /// <summary>Notes that entries up to <paramref name="applied"/> are applied.</summary>
    /// <param name="group">The group.</param>
    /// <param name="applied">The last entry.</param>
    /// <param name="freshBytes">The memory of its rows that are not on their way to disk.</param>
    /// <param name="now">The time.</param>
    public void OnApplied(GroupId group, LogIndex applied, long freshBytes, MonoMs now)
    {
        var progress = Find(group);
        SetFresh(progress, freshBytes);
        progress.DirtySince ??= applied > progress.Checkpoint ? now : null;
        progress.Applied = applied;
    }

    /// <summary>Notes that a checkpoint ended, well or not.</summary>
    public void OnEnded(GroupId group, LogIndex checkpoint, MonoMs now)
    {
        var progress = _groups.Find(candidate => candidate.Group == group);
        if (progress is null || !progress.IsRunning)
        {
            return;
        }

        progress.IsRunning = false;
        _running--;
        SetEnding(progress, 0);
        var isDone = checkpoint > progress.Checkpoint;
        SetFailed(progress, !isDone);
        progress.NotBefore = isDone ? now : now + options.RetryMs;
        progress.Checkpoint = isDone ? checkpoint : progress.Checkpoint;
        progress.DirtySince = progress.Applied > progress.Checkpoint ? now : null;
    }

    /// <summary>
    /// Begins no checkpoint of a group while an image is made its durable state: what is older must not take the place
    /// of the image once the log counts on it.
    /// </summary>
    public void Hold(GroupId group, ulong imageId) => Find(group).HeldFor = imageId;

    /// <summary>Ends the hold of an image; that of a newer image goes on.</summary>
    public void Release(GroupId group, ulong imageId)
    {
        var progress = _groups.Find(candidate => candidate.Group == group);
        if (progress is not null && progress.HeldFor == imageId)
        {
            progress.HeldFor = null;
        }
    }

    /// <summary>Gives out the groups to checkpoint now; each until <see cref="OnEnded"/>.</summary>
    public void Take(MonoMs now, List<GroupId> into)
    {
        while (_running < options.AtOnceMax && FindDue(now) is { } due)
        {
            due.IsRunning = true;
            _running++;
            SetEnding(due, due.FreshBytes);
            SetFresh(due, 0);
            into.Add(due.Group);
        }
    }

    private Progress? FindDue(MonoMs now)
    {
        var isHalfFull = _freshBytes >= options.FreshBytesMax / 2;
        Progress? first = null;
        foreach (var progress in _groups)
        {
            var isFree = !progress.IsRunning && progress.HeldFor is null && now >= progress.NotBefore;
            if (isFree && (isHalfFull ? progress.FreshBytes > 0 : IsDue(progress, now))
                && (first is null || Weight(progress, isHalfFull) > Weight(first, isHalfFull)))
            {
                first = progress;
            }
        }

        return first;
    }

    private static long Weight(Progress progress, bool isHalfFull) =>
        isHalfFull ? progress.FreshBytes : progress.Behind;

    private bool IsDue(Progress progress, MonoMs now) =>
        progress.Behind >= options.EntriesMax
        || (progress.DirtySince is { } since && now - since >= options.AgeMsMax);

    private void SetFresh(Progress progress, long bytes)
    {
        _freshBytes += bytes - progress.FreshBytes;
        progress.FreshBytes = bytes;
    }

    private void SetEnding(Progress progress, long bytes)
    {
        _endingBytes += bytes - progress.EndingBytes;
        progress.EndingBytes = bytes;
    }

    private void SetFailed(Progress progress, bool hasFailed)
    {
        _failedCount += (hasFailed ? 1 : 0) - (progress.HasFailed ? 1 : 0);
        progress.HasFailed = hasFailed;
    }

    private Progress Find(GroupId group)
    {
        var progress = _groups.Find(candidate => candidate.Group == group);
        Invariant.Require(progress is not null);
        return progress;
    }

    private sealed class Progress(GroupId group, LogIndex checkpoint)
    {
        public GroupId Group { get; } = group;

        public LogIndex Checkpoint { get; set; } = checkpoint;

        public LogIndex Applied { get; set; } = checkpoint;

        public MonoMs? DirtySince { get; set; }

        public MonoMs NotBefore { get; set; }

        public bool IsRunning { get; set; }

        public bool HasFailed { get; set; }

        public ulong? HeldFor { get; set; }

        public long FreshBytes { get; set; }

        public long EndingBytes { get; set; }

        public long Behind => Applied - Checkpoint;
    }
}
