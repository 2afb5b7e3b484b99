using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// The log of a tree's catalogue, kept longer than its records so that no record meets a full disk. ZoneTree cannot
/// take back the first of several records when the next finds no room: the tree would not open again.
/// </summary>
/// <remarks>Behind the records lie zeros, written and synced; a record never ends in a whole one of them. Form:
/// docs/formats/tree-page.md.</remarks>
internal sealed class CatalogueFile : IStorageFile
{
    /// <summary>ZoneTree's records are of this size, in bytes; their last four are a checksum.</summary>
    public const int RecordBytes = 24;

    /// <summary>A checkpoint takes some six records; this is room for dozens, in bytes.</summary>
    public const int ReserveBytes = 4_096;

    private readonly Lock _gate = new();
    private readonly IStorageFile _file;
    private long _length;

    /// <summary>Finds where the records end.</summary>
    public CatalogueFile(IStorageFile file)
    {
        _file = file;
        var bytes = new byte[checked((int)file.Length)];
        var read = file.Read(0, bytes);
        var used = bytes.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) + 1;
        _length = Math.Min(read, (used + RecordBytes - 1) / RecordBytes * RecordBytes);
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            lock (_gate)
            {
                return _length;
            }
        }
    }

    /// <summary>Makes room for the records to come.</summary>
    /// <exception cref="StorageFullException">There is none.</exception>
    public void Reserve()
    {
        lock (_gate)
        {
            if (_file.Length - _length < ReserveBytes / 2)
            {
                _file.Write(_file.Length, new byte[ReserveBytes]);
                _file.Sync();
            }
        }
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> into)
    {
        lock (_gate)
        {
            return _file.Read(offset, into[..(int)Math.Clamp(_length - offset, 0, into.Length)]);
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _file.Write(offset, bytes);
            _length = Math.Max(_length, offset + bytes.Length);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long bytes)
    {
        lock (_gate)
        {
            if (bytes < _length)
            {
                _file.Write(bytes, new byte[_length - bytes]);
            }

            _length = bytes;
        }
    }

    /// <inheritdoc/>
    public void Sync() => _file.Sync();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
