using TimeMachine.Storage.Files;

namespace TimeMachine.StorageFaults.Files;

/// <summary>
/// A disk that fails when it is told to: errors of input and output, no room, and operations that hang. It keeps a
/// journal of what was done. Around a real disk or a simulated one.
/// </summary>
/// <param name="inner">The disk that does what does not fail.</param>
/// <param name="endProcess">Called when a sync fails that loses what was written, as a server's disk does; null to let
/// the exception go on.</param>
public sealed class FaultyFileSystem(IFileSystem inner, Action<SyncFailedException>? endProcess = null) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly List<(DiskOperation Operation, string Name)> _journal = [];
    private readonly List<Fault> _faults = [];
    private int _loseAtSync;
    private int _openFiles;

    /// <summary>Whether nothing more finds room: new files and growing ones.</summary>
    public bool IsFull { get; set; }

    /// <summary>
    /// Whether even bytes that were allocated find no room, as on a volume that promises more than it has.
    /// </summary>
    public bool IsThin { get; set; }

    /// <summary>Whether what lies below this directory finds no room, as on a volume of its own; null for none.
    /// </summary>
    public string? FullDirectory { get; set; }

    /// <summary>How many files are open.</summary>
    public int OpenFiles => Volatile.Read(ref _openFiles);

    /// <summary>What was done, in order, with the file's name; what failed is not in it.</summary>
    public IReadOnlyList<(DiskOperation Operation, string Name)> Journal
    {
        get
        {
            lock (_gate)
            {
                return [.. _journal];
            }
        }
    }

    /// <summary>Lets an operation fail once as a broken disk does.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="nth">The how-manieth from now, from 1.</param>
    public void FailAt(DiskOperation operation, int nth)
    {
        lock (_gate)
        {
            _faults.Add(new Fault(operation, nth));
        }
    }

    /// <summary>
    /// Lets a sync fail as one does whose pages could not be written: what was written to the file since its last sync
    /// is gone, as if it had never been.
    /// </summary>
    /// <param name="nth">The how-manieth sync of a file from now, from 1; 0 for none.</param>
    public void LoseAtSync(int nth)
    {
        lock (_gate)
        {
            _loseAtSync = nth;
        }
    }

    /// <summary>Holds the operations of a kind at a gate until it is opened.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="nth">Those from the how-manieth on, from 1.</param>
    /// <param name="name">Only those on files of this name; null for all.</param>
    public Gate HoldAt(DiskOperation operation, int nth = 1, string? name = null)
    {
        var held = new Gate();
        lock (_gate)
        {
            _faults.Add(new Fault(operation, nth) { Gate = held, Name = name });
        }

        return held;
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => inner.FileExists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    /// <inheritdoc/>
    public IStorageFile Open(string path, FileOpening opening)
    {
        if (opening == FileOpening.Read)
        {
            return new FaultyFile(this, inner.Open(path, opening));
        }

        var needsRoom = !inner.FileExists(path);
        return new FaultyFile(this, Do(DiskOperation.Open, path, needsRoom, () => inner.Open(path, opening)));
    }

    /// <inheritdoc/>
    public void DeleteFile(string path) => Do(DiskOperation.Delete, path, false, () => inner.DeleteFile(path));

    /// <inheritdoc/>
    public void DeleteDirectory(string path) =>
        Do(DiskOperation.Delete, path, false, () => inner.DeleteDirectory(path));

    /// <inheritdoc/>
    public void Rename(string from, string to) =>
        Do(DiskOperation.Rename, to, false, () => inner.Rename(from, to));

    /// <inheritdoc/>
    public void SyncDirectory(string path) =>
        Do(DiskOperation.SyncDirectory, path, false, () => inner.SyncDirectory(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string directory) => inner.Files(directory);

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory) => inner.Directories(directory);

    /// <inheritdoc/>
    public long FreeBytes(string directory) => IsFull ? 0 : inner.FreeBytes(directory);

    private void Do(DiskOperation operation, string path, bool needsRoom, Action action) =>
        Do(operation, path, needsRoom, () =>
        {
            action();
            return true;
        });

    private T Do<T>(DiskOperation operation, string path, bool needsRoom, Func<T> action)
    {
        foreach (var held in Meet(operation, path))
        {
            held.Pass();
        }

        if (needsRoom && (IsFull || IsBelowFull(path)))
        {
            throw new StorageFullException($"no room for '{path}'");
        }

        var done = action();
        lock (_gate)
        {
            _journal.Add((operation, Path.GetFileName(path)));
        }

        return done;
    }

    private bool IsBelowFull(string path) =>
        FullDirectory is { } full && path.StartsWith(full + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Counts the operation; throws if it is to fail.</summary>
    /// <returns>The gates that hold it.</returns>
    private List<Gate> Meet(DiskOperation operation, string path)
    {
        lock (_gate)
        {
            var name = Path.GetFileName(path);
            var met = _faults.FindAll(fault =>
                fault.Operation == operation && (fault.Name ?? name) == name && --fault.Left <= 0);
            if (met.Exists(static fault => fault is { Gate: null, Left: 0 }))
            {
                throw ErrorOf(operation, path);
            }

            return [.. met.Select(static fault => fault.Gate).OfType<Gate>()];
        }
    }

    private void End(SyncFailedException error) => endProcess?.Invoke(error);

    private bool IsLosingSync()
    {
        lock (_gate)
        {
            return _loseAtSync > 0 && --_loseAtSync == 0;
        }
    }

    private bool MayLose
    {
        get
        {
            lock (_gate)
            {
                return _loseAtSync > 0;
            }
        }
    }

    private static IOException ErrorOf(DiskOperation operation, string path) =>
        operation is DiskOperation.Sync or DiskOperation.SyncDirectory
            ? new SyncFailedException($"sync of '{path}' failed: error 5")
            : new IOException($"{operation} of '{path}' failed: error 5", 5);

    private sealed class Fault(DiskOperation operation, int nth)
    {
        public DiskOperation Operation { get; } = operation;

        public int Left { get; set; } = nth;

        public Gate? Gate { get; init; }

        public string? Name { get; init; }
    }

    private sealed class FaultyFile : IStorageFile
    {
        private readonly FaultyFileSystem _files;
        private readonly IStorageFile _inner;
        private readonly List<(long Offset, byte[] Bytes, long Length)> _undo = [];
        private int _isOpen = 1;

        public FaultyFile(FaultyFileSystem files, IStorageFile inner)
        {
            (_files, _inner) = (files, inner);
            Interlocked.Increment(ref files._openFiles);
        }

        public string Path => _inner.Path;

        public long Length => _inner.Length;

        public int Read(long offset, Span<byte> into) => _inner.Read(offset, into);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            RememberFor(offset, copy.Length);
            var needsRoom = _files.IsThin || offset + copy.Length > Length;
            _files.Do(DiskOperation.Write, Path, needsRoom, () => _inner.Write(offset, copy));
        }

        public void SetLength(long bytes)
        {
            RememberFor(bytes, (int)Math.Clamp(Length - bytes, 0, int.MaxValue));
            _files.Do(DiskOperation.SetLength, Path, bytes > Length, () => _inner.SetLength(bytes));
        }

        public void Sync()
        {
            if (_files.IsLosingSync())
            {
                Undo();
                var error = new SyncFailedException($"sync of '{Path}' failed: error 5");
                _files.End(error);
                throw error;
            }

            _files.Do(DiskOperation.Sync, Path, false, _inner.Sync);
            _undo.Clear();
        }

        public void Dispose()
        {
            Interlocked.Add(ref _files._openFiles, -Interlocked.Exchange(ref _isOpen, 0));
            _inner.Dispose();
        }

        // What a range held, and how long the file was.
        private void RememberFor(long offset, int bytes)
        {
            if (_files.MayLose)
            {
                var old = new byte[bytes];
                _undo.Add((offset, old[.._inner.Read(offset, old)], Length));
            }
        }

        private void Undo()
        {
            for (var at = _undo.Count - 1; at >= 0; at--)
            {
                _inner.SetLength(_undo[at].Length);
                _inner.Write(_undo[at].Offset, _undo[at].Bytes);
            }

            _inner.Sync();
        }
    }
}
