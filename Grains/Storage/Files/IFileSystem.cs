namespace TimeMachine.Storage.Files;

/// <summary>How a file is opened.</summary>
public enum FileOpening
{
    /// <summary>To read; it must exist.</summary>
    Read = 1,

    /// <summary>To read and write; it is created empty if it does not exist.</summary>
    ReadWrite = 2,

    /// <summary>To read and write; whatever it held is gone.</summary>
    Create = 3,
}

/// <summary>
/// All that storage asks of a disk. The real one, a simulated one and a faulty one implement it; nothing else of the
/// product touches a file.
/// </summary>
/// <remarks>
/// What survives a loss of power: the bytes that a <see cref="IStorageFile.Sync"/> covered, and the names that a
/// <see cref="SyncDirectory"/> of their directory covered. Full disks are <see cref="StorageFullException"/>,
/// everything else that a disk does wrong is an <see cref="IOException"/>.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Whether a file of that path exists.</summary>
    public bool FileExists(string path);

    /// <summary>Whether a directory of that path exists.</summary>
    public bool DirectoryExists(string path);

    /// <summary>Creates a directory and those above it; nothing if it exists.</summary>
    public void CreateDirectory(string path);

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is none, and it is opened to be read.</exception>
    public IStorageFile Open(string path, FileOpening opening);

    /// <summary>Removes a file; nothing if there is none.</summary>
    public void DeleteFile(string path);

    /// <summary>Removes a directory with all that is in it; nothing if there is none.</summary>
    public void DeleteDirectory(string path);

    /// <summary>Gives a file another name in one step, in place of the file that had it.</summary>
    public void Rename(string from, string to);

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="SyncFailedException">It failed: the process is to end.</exception>
    public void SyncDirectory(string path);

    /// <summary>The full paths of the files in a directory, in ordinal order; none if it does not exist.</summary>
    public IReadOnlyList<string> Files(string directory);

    /// <summary>The full paths of the directories in a directory, in ordinal order; none if it does not
    /// exist.</summary>
    public IReadOnlyList<string> Directories(string directory);

    /// <summary>The bytes that can still be written below a directory.</summary>
    public long FreeBytes(string directory);
}

/// <summary>An open file: positioned reads and writes, and a sync that is checked.</summary>
public interface IStorageFile : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    /// <summary>Reads as many bytes as there are, at most as many as fit.</summary>
    /// <returns>How many were read; fewer than fit only at the end of the file.</returns>
    public int Read(long offset, Span<byte> into);

    /// <summary>Writes all bytes; durable after the next <see cref="Sync"/>.</summary>
    /// <exception cref="StorageFullException">There is no room.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file, or lengthens it with zeros.</summary>
    public void SetLength(long bytes);

    /// <summary>Makes durable what was written, and the length.</summary>
    /// <exception cref="SyncFailedException">It failed: nobody knows what is on the disk, and the process is to
    /// end.</exception>
    public void Sync();
}
