using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.Files;

namespace TimeMachine.Simulation.Files;

/// <summary>
/// A disk in memory that is exact about crashes: bytes are durable once their file is synced, names once their
/// directory is. Everything else survives a loss of power or not, as the crash draws it.
/// </summary>
/// <remarks>Safe to use from the several threads of one process; a test drives it from one.</remarks>
public sealed class SimFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimInode> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimInode> _durableFiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "/" };
    private readonly List<NameChange> _unsynced = [];
    private int _life;
    private bool _isDead;

    /// <summary>Told of each operation before it takes effect; what it throws, the caller gets.</summary>
    public Action<SimFileOperation, string>? Before { get; set; }

    /// <summary>Operations so far, reads excepted.</summary>
    public long OperationCount { get; private set; }

    /// <summary>The size of the disk in bytes; writes that would take more meet a full disk.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>The block that survives a crash as a whole or not at all, in bytes.</summary>
    public int BlockBytes { get; init; } = 512;

    /// <summary>Unsynced writes that the last loss of power lost, wholly or in part, and those that it left.</summary>
    public (int Lost, int Kept) LastCrash { get; private set; }

    /// <summary>Whether the last loss of power tore a write.</summary>
    public bool HasTorn { get; private set; }

    /// <summary>The bytes of all files.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _files.Values.Sum(static inode => (long)inode.Length);
            }
        }
    }

    /// <summary>The process is gone: nothing that it still does has an effect.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _isDead = true;
        }
    }

    /// <summary>Power is lost and comes back, or only a process ended and a new one starts.</summary>
    /// <param name="kind">What unsynced writes come to.</param>
    /// <param name="draw">Decides what survives.</param>
    public void Restart(CrashKind kind, ref SplitMix64 draw)
    {
        lock (_gate)
        {
            _isDead = false;
            _life++;
            LastCrash = default;
            HasTorn = false;
            if (kind == CrashKind.ProcessKill)
            {
                return;
            }

            KeepSomeNames(kind, ref draw);
            foreach (var inode in _files.Values)
            {
                var (lost, kept) = inode.Crash(kind, ref draw, BlockBytes);
                LastCrash = (LastCrash.Lost + lost, LastCrash.Kept + kept);
                HasTorn |= inode.HasTorn;
                inode.HasTorn = false;
            }
        }
    }

    /// <summary>Turns one bit of a file, as a disk that goes bad does.</summary>
    public void Flip(string path, long offset, int bit)
    {
        lock (_gate)
        {
            _files[path].Flip(offset, bit);
        }
    }

    /// <summary>The bytes of a file as a process would read them.</summary>
    public byte[] Content(string path)
    {
        lock (_gate)
        {
            return _files[path].Content.ToArray();
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_gate)
        {
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (_gate)
        {
            return _directories.Contains(path);
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Do(SimFileOperation.CreateDirectory, path, () =>
    {
        // A directory that a crash loses would take its files with it; one that stays empty harms nobody.
        for (var at = path; at is not null && _directories.Add(at); at = Path.GetDirectoryName(at))
        {
        }
    });

    /// <inheritdoc/>
    public IStorageFile Open(string path, FileOpening opening)
    {
        lock (_gate)
        {
            if (opening != FileOpening.Read && !_files.ContainsKey(path))
            {
                Do(SimFileOperation.Create, path, () => Name(path, new SimInode()));
            }

            if (!_files.TryGetValue(path, out var inode))
            {
                throw new FileNotFoundException($"no file '{path}'", path);
            }

            var file = new SimFile(this, path, inode, _life);
            if (opening == FileOpening.Create)
            {
                file.SetLength(0);
            }

            return file;
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path) => Do(SimFileOperation.Delete, path, () =>
    {
        if (_files.ContainsKey(path))
        {
            Name(path, null);
        }
    });

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => Do(SimFileOperation.Delete, path, () =>
    {
        foreach (var file in _files.Keys.Where(file => IsBelow(file, path)).ToList())
        {
            Name(file, null);
        }

        _directories.RemoveWhere(directory => directory == path || IsBelow(directory, path));
    });

    /// <inheritdoc/>
    public void Rename(string from, string to) => Do(SimFileOperation.Rename, to, () =>
    {
        var inode = _files[from];
        Name(to, inode, from);
    });

    /// <inheritdoc/>
    public void SyncDirectory(string path) => Do(SimFileOperation.SyncDirectory, path, () =>
    {
        foreach (var change in _unsynced.Where(change => change.IsIn(path)))
        {
            Apply(change);
        }

        _unsynced.RemoveAll(change => change.IsIn(path));
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string directory)
    {
        lock (_gate)
        {
            var found = _files.Keys.Where(file => Path.GetDirectoryName(file) == directory);
            return [.. found.Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory)
    {
        lock (_gate)
        {
            var found = _directories.Where(path => path != "/" && Path.GetDirectoryName(path) == directory);
            return [.. found.Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory) => Math.Max(0, CapacityBytes - UsedBytes);

    /// <summary>Runs an operation of a process that still lives.</summary>
    internal void Do(SimFileOperation operation, string path, Action action, int life = -1)
    {
        lock (_gate)
        {
            if (_isDead || (life >= 0 && life != _life))
            {
                throw new IOException($"the process that asked for {operation} of '{path}' is gone");
            }

            Before?.Invoke(operation, path);
            OperationCount += operation == SimFileOperation.Read ? 0 : 1;
            action();
        }
    }

    /// <summary>Requires room for a file to grow.</summary>
    internal void RequireRoom(string path, long moreBytes)
    {
        if (moreBytes > 0 && UsedBytes + moreBytes > CapacityBytes)
        {
            throw new StorageFullException($"no room for {moreBytes} bytes in '{path}'");
        }
    }

    private void KeepSomeNames(CrashKind kind, ref SplitMix64 draw)
    {
        // Directories keep the order of their own changes and know nothing of each other's.
        foreach (var directory in _unsynced.Select(static change => change.Directory).Distinct().ToList())
        {
            var changes = _unsynced.FindAll(change => change.Directory == directory);
            var kept = kind == CrashKind.DropAll ? 0 : (int)draw.Between(0, changes.Count);
            changes.Take(kept).ToList().ForEach(Apply);
        }

        _unsynced.Clear();
        _files.Clear();
        foreach (var (path, inode) in _durableFiles)
        {
            _files.Add(path, inode);
        }
    }

    private void Name(string path, SimInode? inode, string? formerly = null)
    {
        _unsynced.Add(new NameChange(path, inode, formerly));
        Take(_files, path, inode, formerly);
    }

    private void Apply(NameChange change) => Take(_durableFiles, change.Path, change.Inode, change.Formerly);

    private static void Take(Dictionary<string, SimInode> files, string path, SimInode? inode, string? formerly)
    {
        if (formerly is not null)
        {
            files.Remove(formerly);
        }

        if (inode is null)
        {
            files.Remove(path);
        }
        else
        {
            files[path] = inode;
        }
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal);

    private sealed record NameChange(string Path, SimInode? Inode, string? Formerly)
    {
        public string Directory { get; } = System.IO.Path.GetDirectoryName(Path)!;

        public bool IsIn(string directory) => Directory == directory;
    }
}
