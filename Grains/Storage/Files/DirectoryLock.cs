namespace TimeMachine.Storage.Files;

/// <summary>
/// Keeps a second process out of a data directory for as long as this one lives: ZoneTree and the log would both take a
/// second owner silently.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a directory.</summary>
    /// <param name="directory">The directory; created if it does not exist.</param>
    /// <exception cref="DirectoryInUseException">Another process has it.</exception>
    /// <exception cref="StorageFullException">There is no room for the lock's file.</exception>
    public static DirectoryLock Take(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "LOCK");
        try
        {
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (RealFileSystem.IsFull(error))
        {
            throw new StorageFullException($"no room for '{path}'", error);
        }
        catch (IOException error)
        {
            throw new DirectoryInUseException($"'{directory}' is in use by another process.", error);
        }
    }

    /// <summary>Gives it back; the end of the process does so too.</summary>
    public void Dispose() => _file.Dispose();
}
