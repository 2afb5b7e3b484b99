namespace TimeMachine.Core.Log;

/// <summary>The first look at the slots: which segments there are, and which of them follow each other.</summary>
internal sealed class LogScan
{
    private readonly LogOptions _options;
    private readonly Dictionary<uint, FoundSegment> _byEpoch = [];

    private LogScan(LogOptions options) => _options = options;

    /// <summary>Whether the log can be read.</summary>
    public LogRecoveryStatus Status { get; private set; } = LogRecoveryStatus.Recovered;

    /// <summary>The highest epoch of any header or batch in any slot, also of what does not count any more.</summary>
    public uint HighestEpoch { get; private set; }

    /// <summary>How many slots belong to another log.</summary>
    public int ForeignCount { get; private set; }

    /// <summary>The segments that follow each other up to the newest, oldest first.</summary>
    public List<FoundSegment> Chain { get; } = [];

    /// <summary>The segments before a break of the chain, by epoch. They only name groups.</summary>
    public List<FoundSegment> Detached { get; } = [];

    /// <summary>Looks at all images.</summary>
    public static LogScan Of(LogOptions options, IReadOnlyList<SegmentImage> images)
    {
        var scan = new LogScan(options);
        foreach (var image in images)
        {
            scan.Look(image);
        }

        scan.Link();
        return scan;
    }

    private void Look(in SegmentImage image)
    {
        var isWhole = image.Bytes.Length >= _options.SegmentBytes;
        var bytes = isWhole ? image.Bytes[.._options.SegmentBytes] : image.Bytes;
        var newestBatch = NewestBatch(image.Slot, bytes.Span);
        HighestEpoch = Math.Max(HighestEpoch, newestBatch.Epoch);
        if (!SegmentHeader.TryRead(bytes.Span, out var header))
        {
            Add(image.Slot, bytes, newestBatch.Epoch, newestBatch.Previous);
            return;
        }

        if (header.Version != LogFormat.Version)
        {
            Status = LogRecoveryStatus.UnsupportedFormat;
        }
        else if (header.LogId != _options.LogId || header.Slot != image.Slot)
        {
            ForeignCount++;
        }
        else if (header.SegmentBytes != _options.SegmentBytes)
        {
            Status = LogRecoveryStatus.SegmentBytesMismatch;
        }
        else
        {
            HighestEpoch = Math.Max(HighestEpoch, header.Epoch);
            Add(image.Slot, bytes, header.Epoch, header.Previous);
        }
    }

    // Every block is looked at: a batch of a lost life may lie anywhere, and its epoch must not be used again.
    private BatchHeader NewestBatch(int slot, ReadOnlySpan<byte> bytes)
    {
        var newest = default(BatchHeader);
        for (var at = LogFormat.BlockBytes; at < bytes.Length; at += LogFormat.BlockBytes)
        {
            var isBatch = BatchHeader.TryRead(bytes[at..], out var header);
            if (isBatch && header.LogId == _options.LogId && header.Slot == slot && header.Epoch > newest.Epoch)
            {
                newest = header;
            }
        }

        return newest;
    }

    private void Add(int slot, ReadOnlyMemory<byte> bytes, uint epoch, LogPosition previous)
    {
        if (epoch == 0)
        {
            return;
        }

        _byEpoch[epoch] = new FoundSegment
        {
            Slot = slot,
            Bytes = bytes,
            Epoch = epoch,
            Previous = previous,
            IsWhole = bytes.Length == _options.SegmentBytes,
            Limit = bytes.Length,
        };
    }

    private void Link()
    {
        LinkFrom(HighestFound());
        while (Chain.Count > 0 && IsNeverSynced(Chain))
        {
            Chain.ForEach(segment => _byEpoch.Remove(segment.Epoch));
            Chain.Clear();
            LinkFrom(HighestFound());
        }

        foreach (var found in _byEpoch.Values)
        {
            if (found.Epoch < Chain[0].Epoch)
            {
                Detached.Add(found);
            }
        }

        Detached.Sort((left, right) => left.Epoch.CompareTo(right.Epoch));
    }

    private void LinkFrom(uint epoch)
    {
        var isLinked = _byEpoch.TryGetValue(epoch, out var segment);
        while (isLinked)
        {
            Chain.Insert(0, segment!);
            var previous = segment!.Previous;
            isLinked = previous.Epoch < segment.Epoch && _byEpoch.TryGetValue(previous.Epoch, out segment);
            if (isLinked)
            {
                segment!.Limit = Math.Clamp(previous.Offset, 0, segment.Bytes.Length);
            }
        }
    }

    // The segment before these is not there. If none of their batches states it synced, it never was, nor what follows
    // it: writes of several segments waited for one sync, and a crash kept the later ones. They are a torn tail, and
    // the log ends before them.
    private bool IsNeverSynced(List<FoundSegment> segments)
    {
        var missing = segments[0].Previous.Epoch;
        if (missing == 0 || _byEpoch.ContainsKey(missing) || _byEpoch.Count == segments.Count)
        {
            return false;
        }

        foreach (var segment in segments)
        {
            if (HighestStated(segment).Epoch >= missing)
            {
                return false;
            }
        }

        return true;
    }

    private LogPosition HighestStated(FoundSegment segment)
    {
        var highest = default(LogPosition);
        var bytes = segment.Bytes.Span;
        for (var at = LogFormat.BlockBytes; at < bytes.Length; at += LogFormat.BlockBytes)
        {
            var isBatch = BatchHeader.TryRead(bytes[at..], out var header) && header.LogId == _options.LogId;
            if (isBatch && header.Epoch == segment.Epoch && header.Synced > highest)
            {
                highest = header.Synced;
            }
        }

        return highest;
    }

    private uint HighestFound()
    {
        var highest = 0u;
        foreach (var epoch in _byEpoch.Keys)
        {
            highest = Math.Max(highest, epoch);
        }

        return highest;
    }
}
