using System.Globalization;
using TimeMachine.Core.Log;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.RaftLog;

/// <summary>
/// The segment files of one node's log: carries out what <see cref="NodeLog"/> decides. A slot is a file of fixed size,
/// <c>00000.log</c> and up.
/// </summary>
/// <remarks>
/// Writes and syncs belong to one thread, preparing to another; reads come from any. A failed write or sync must end
/// the process: see <see cref="LogWriter"/>.
/// </remarks>
public sealed class LogDirectory : IDisposable
{
    private const string Suffix = ".log";
    private const string Unfinished = ".new";
    private const int ZeroBytes = 1 << 20;
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly int _segmentBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, IStorageFile> _open = [];

    private LogDirectory(IFileSystem files, string path, int segmentBytes)
    {
        _files = files;
        _path = path;
        _segmentBytes = segmentBytes;
    }

    /// <summary>Opens the log's directory; creates it if it does not exist.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The directory; nothing else is kept in it.</param>
    /// <param name="segmentBytes">The size of a slot.</param>
    public static LogDirectory Open(IFileSystem files, string path, int segmentBytes)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateDirectory(path);
        var directory = new LogDirectory(files, path, segmentBytes);
        foreach (var file in files.Files(path))
        {
            if (file.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                files.DeleteFile(file);
            }
            else if (SlotOf(file) is { } slot)
            {
                directory._open.Add(slot, files.Open(file, FileOpening.ReadWrite));
            }
        }

        files.SyncDirectory(path);

        // Its own name too: a log that a loss of power takes away as a whole was never durable.
        files.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return directory;
    }

    /// <summary>Reads every slot for recovery. Each is synced first: what recovery saw is durable.</summary>
    /// <returns>The images; their memory is theirs, and is given back when they are disposed of.</returns>
    public SegmentImages ReadImages()
    {
        var images = new SegmentImages();
        foreach (var (slot, file) in _open.OrderBy(static pair => pair.Key))
        {
            file.Sync();
            images.Add(slot, file);
        }

        return images;
    }

    /// <summary>Makes a slot's file exist in full and durable: zeros, so that no append meets a full disk.</summary>
    /// <returns>False if the disk has no room; nothing is left of the try.</returns>
    public bool TryPrepare(int slot)
    {
        var path = PathOf(slot);
        var unfinished = path + Unfinished;
        try
        {
            using (var file = _files.Open(unfinished, FileOpening.Create))
            {
                WriteZeros(file);
                file.Sync();
            }

            _files.Rename(unfinished, path);
            _files.SyncDirectory(_path);
        }
        catch (StorageFullException)
        {
            _files.DeleteFile(unfinished);
            return false;
        }

        var opened = _files.Open(path, FileOpening.ReadWrite);
        lock (_gate)
        {
            if (_open.Remove(slot, out var old))
            {
                old.Dispose();
            }

            _open.Add(slot, opened);
        }

        return true;
    }

    /// <summary>Carries out a write of a batch.</summary>
    public void Write(in LogOperation operation)
    {
        Invariant.Require(operation.Kind == LogOperationKind.Write);
        Invariant.Require(operation.Offset + operation.Bytes.Length <= _segmentBytes);
        FileOf(operation.Slot).Write(operation.Offset, operation.Bytes.Span);
    }

    /// <summary>Makes a slot's writes durable.</summary>
    public void Sync(int slot) => FileOf(slot).Sync();

    /// <summary>Reads a record's bytes.</summary>
    /// <returns>False if the slot holds no such bytes any more; who reads checks what it got.</returns>
    public bool TryRead(in LogLocation location, Span<byte> into)
    {
        IStorageFile? file;
        lock (_gate)
        {
            _open.TryGetValue(location.Slot, out file);
        }

        return file is not null && file.Read(location.Offset, into[..location.Length]) == location.Length;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
    }

    private IStorageFile FileOf(int slot)
    {
        lock (_gate)
        {
            var isOpen = _open.TryGetValue(slot, out var file);
            Invariant.Require(isOpen);
            return file!;
        }
    }

    private void WriteZeros(IStorageFile file)
    {
        var zeros = new byte[Math.Min(ZeroBytes, _segmentBytes)];
        for (var offset = 0; offset < _segmentBytes; offset += zeros.Length)
        {
            file.Write(offset, zeros.AsSpan(0, Math.Min(zeros.Length, _segmentBytes - offset)));
        }
    }

    private string PathOf(int slot) =>
        Path.Combine(_path, slot.ToString("D5", CultureInfo.InvariantCulture) + Suffix);

    /// <summary>The number of the slot that a file is; null if it is none.</summary>
    internal static int? SlotOf(string file)
    {
        var name = Path.GetFileName(file);
        return name.EndsWith(Suffix, StringComparison.Ordinal)
            && int.TryParse(name[..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var slot)
            && slot < LogRecovery.SlotsLimit
            ? slot
            : null;
    }
}
