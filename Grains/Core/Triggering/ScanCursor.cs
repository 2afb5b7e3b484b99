using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// A place in due order: everything before it is known, everything from it on is on disk only. A scan moves it on, and
/// whatever becomes known on disk below it moves it back, also while a scan is under way.
/// </summary>
internal sealed class ScanCursor(DuePosition position)
{
    private DuePosition? _lowered;
    private DuePosition? _scanTo;

    public DuePosition Position { get; private set; } = position;

    /// <summary>The scan under way; 0 if none is.</summary>
    public long ScanId { get; private set; }

    public MonoMs ScanSince { get; private set; }

    /// <summary>
    /// Whether a place lies in the known part, or in what a scan is reading: that may have been read before the place
    /// was written, so what is heard of it must be kept.
    /// </summary>
    public bool Covers(UnixMs due, JobKey key) => Compare(new DuePosition(due, key), _scanTo ?? Position) < 0;

    /// <summary>Notes that a place must be read again.</summary>
    public void Lower(UnixMs due, JobKey key)
    {
        var place = new DuePosition(due, key);
        Position = Min(Position, place);
        _lowered = _lowered is { } before ? Min(before, place) : place;
    }

    public void BeginScan(long id, UnixMs toExclusive, MonoMs now)
    {
        ScanId = id;
        ScanSince = now;
        _scanTo = new DuePosition(toExclusive, default);
        _lowered = null;
    }

    /// <summary>A scan was lost: it is made again from where it began.</summary>
    public void GiveUpScan()
    {
        ScanId = 0;
        _scanTo = null;
    }

    /// <summary>Whether something was lowered since the scan began.</summary>
    public bool IsLowered => _lowered is not null;

    /// <summary>A scan saw everything up to <paramref name="next"/>.</summary>
    public void EndScan(DuePosition next)
    {
        GiveUpScan();
        Position = _lowered is { } lowered ? Min(lowered, next) : next;
        _lowered = null;
    }

    public static int Compare(DuePosition left, DuePosition right)
    {
        var order = left.Due.CompareTo(right.Due);
        return order != 0 ? order : left.Key.CompareTo(right.Key);
    }

    public static DuePosition Min(DuePosition left, DuePosition right) => Compare(left, right) <= 0 ? left : right;
}
