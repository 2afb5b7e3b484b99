namespace TimeMachine.Storage.Files;

/// <summary>The machine's file system.</summary>
/// <param name="endProcess">Called with the reason once a sync has failed. In a server it does not return
/// (<see cref="Environment.FailFast(string, Exception)"/>); if it does, the exception goes on to the caller.</param>
public sealed class RealFileSystem(Action<SyncFailedException> endProcess) : IFileSystem
{
    private const int NoSpaceErrno = 28;
    private const int QuotaErrno = 122;

    /// <summary>A file system whose failed syncs end the process at once, as a server's must.</summary>
    public static RealFileSystem EndingTheProcess() =>
        new(static error => Environment.FailFast("A sync failed, so the disk's state is unknown.", error));

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Run(path, () => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public IStorageFile Open(string path, FileOpening opening)
    {
        var mode = opening switch
        {
            FileOpening.Read => FileMode.Open,
            FileOpening.ReadWrite => FileMode.OpenOrCreate,
            FileOpening.Create => FileMode.Create,
            _ => throw new ArgumentOutOfRangeException(nameof(opening), opening, "not a way to open a file"),
        };
        var access = opening == FileOpening.Read ? FileAccess.Read : FileAccess.ReadWrite;
        var share = FileShare.ReadWrite | FileShare.Delete;
        var handle = Run(path, () => File.OpenHandle(path, mode, access, share));
        return new RealFile(path, handle, this);
    }

    /// <inheritdoc/>
    public void DeleteFile(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => Run(to, () => File.Move(from, to, overwrite: true));

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        try
        {
            NativeSync.SyncDirectory(path);
        }
        catch (SyncFailedException error)
        {
            endProcess(error);
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string directory) =>
        Directory.Exists(directory) ? Sorted(Directory.GetFiles(directory)) : [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory) =>
        Directory.Exists(directory) ? Sorted(Directory.GetDirectories(directory)) : [];

    /// <inheritdoc/>
    public long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Runs what may meet a full disk.</summary>
    internal static void Run(string path, Action action) =>
        Run(path, () =>
        {
            action();
            return true;
        });

    /// <summary>Runs what may meet a full disk.</summary>
    internal static T Run<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException error) when (IsFull(error))
        {
            throw new StorageFullException($"no room for '{path}'", error);
        }
    }

    /// <summary>Whether an error says that the disk has no room.</summary>
    internal static bool IsFull(IOException error) => (error.HResult & 0xFFFF) is NoSpaceErrno or QuotaErrno;

    /// <summary>Syncs a file; a failure ends the process.</summary>
    internal void Sync(Microsoft.Win32.SafeHandles.SafeFileHandle handle, string path)
    {
        try
        {
            NativeSync.SyncFile(handle, path);
        }
        catch (SyncFailedException error)
        {
            endProcess(error);
            throw;
        }
    }

    private static string[] Sorted(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }
}
