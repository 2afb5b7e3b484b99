using TimeMachine.Core.Log;
using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Simulation.Disk;

/// <summary>
/// The slots of a node's log as the product keeps them: its own directory of files, on a disk in memory that is exact
/// about crashes. When a sync ends, and what goes wrong, is the simulated disk's matter.
/// </summary>
internal sealed class LogFiles
{
    private const string Path = "/raft";
    private const int PrepareOperationsMax = 12;
    private readonly int _segmentBytes;
    private readonly int _slotsMax;
    private readonly HashSet<int> _dirty = [];
    private SimFileSystem _files = new();
    private LogDirectory? _directory;
    private SplitMix64 _draws;

    private LogFiles(ulong seed, int segmentBytes, int slotsMax)
    {
        _draws = new SplitMix64(seed);
        _segmentBytes = segmentBytes;
        _slotsMax = slotsMax;
    }

    public static LogFiles Of(ulong seed, in LogDiskOptions options) =>
        new(seed, options.SegmentBytes, options.SlotsMax);

    /// <summary>Unsynced writes that the last crash lost, and that it left.</summary>
    public (int Lost, int Kept) LastCrash { get; private set; }

    private LogDirectory Directory => _directory ??= LogDirectory.Open(_files, Path, _segmentBytes);

    /// <summary>Whether the last crash tore a write.</summary>
    public bool HasTorn { get; private set; }

    public bool TryPrepare(int slot, bool isFull)
    {
        _files.CapacityBytes = isFull ? _files.UsedBytes : long.MaxValue;
        var isPrepared = slot < _slotsMax && Directory.TryPrepare(slot);
        _files.CapacityBytes = long.MaxValue;
        return isPrepared;
    }

    public void Write(int slot, int offset, ReadOnlySpan<byte> bytes)
    {
        Directory.Write(new LogOperation(LogOperationKind.Write, slot, offset, bytes.ToArray()));
        _dirty.Add(slot);
    }

    /// <summary>A sync has ended well.</summary>
    public void Sync()
    {
        foreach (var slot in _dirty.Order())
        {
            Directory.Sync(slot);
        }

        _dirty.Clear();
    }

    public bool TryRead(int slot, int offset, Span<byte> into) =>
        Directory.TryRead(new LogLocation(default, default, 0, slot, offset, into.Length), into);

    /// <summary>All slots, as a start finds them.</summary>
    public List<SegmentImage> ReadAll()
    {
        using var images = Directory.ReadImages();
        return [.. images.All.Select(static image => new SegmentImage(image.Slot, image.Bytes.ToArray()))];
    }

    /// <summary>The process or the machine is gone, perhaps while it made a slot.</summary>
    public void Crash(CrashKind kind)
    {
        var slots = _files.Files(Path).Count;
        if (_directory is not null && slots < _slotsMax && _draws.Chance(1, 4))
        {
            CrashWithinPrepare(slots);
        }

        _files.Kill();
        _directory?.Dispose();
        _directory = null;
        _dirty.Clear();
        _files.Restart(kind, ref _draws);
        LastCrash = _files.LastCrash;
        HasTorn = _files.HasTorn;
    }

    public void Wipe()
    {
        _directory?.Dispose();
        _directory = null;
        _dirty.Clear();
        _files = new SimFileSystem();
    }

    public void Flip(int slot, int offset, int bit) => _files.Flip(FileOf(slot), offset, bit);

    private void CrashWithinPrepare(int slot)
    {
        var left = _draws.Between(1, PrepareOperationsMax);
        _files.Before = (operation, path) =>
        {
            if (operation != SimFileOperation.Read && --left <= 0)
            {
                _files.Kill();
                throw new IOException($"crash at {operation} of {path}");
            }
        };
        try
        {
            Directory.TryPrepare(slot);
        }
        catch (IOException)
        {
            // The crash.
            left = 0;
        }

        _files.Before = null;
    }

    private static string FileOf(int slot) =>
        Path + "/" + slot.ToString("D5", System.Globalization.CultureInfo.InvariantCulture) + ".log";
}
