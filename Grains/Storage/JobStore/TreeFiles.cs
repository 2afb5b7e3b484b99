using TimeMachine.Storage.Files;
using ZoneTree.AbstractFileStream;

namespace TimeMachine.Storage.JobStore;

/// <summary>The disk as ZoneTree sees it: ours, so that every sync is checked and every fault can be tried.</summary>
internal sealed class TreeFiles(IFileSystem files) : IFileStreamProvider
{
    private readonly Lock _gate = new();
    private readonly List<IStorageFile> _open = [];
    private Action _reserveCatalogue = static () => { };

    public IFileStream CreateFileStream(
        string path,
        FileMode mode,
        FileAccess access,
        FileShare share,
        int bufferSize = 4096,
        FileOptions options = FileOptions.None)
    {
        var opening = mode switch
        {
            FileMode.Open => access == FileAccess.Read ? FileOpening.Read : FileOpening.ReadWrite,
            FileMode.OpenOrCreate => FileOpening.ReadWrite,
            FileMode.Create => FileOpening.Create,
            _ => throw new NotSupportedException($"ZoneTree opens no file by {mode}"),
        };
        if (mode == FileMode.Open && !files.FileExists(path))
        {
            throw new FileNotFoundException($"no file '{path}'", path);
        }

        var file = files.Open(path, opening);
        lock (_gate)
        {
            _open.Add(file);
        }

        return new TreeFile(ContentOf(file), access != FileAccess.Read, bufferSize, _ => OnClosed(file));
    }

    /// <summary>Removes all files of a directory but the named ones, closing those that a failed merge left open.
    /// </summary>
    public void DeleteOthers(string directory, HashSet<string> names)
    {
        foreach (var path in files.Files(directory))
        {
            if (!names.Contains(Path.GetFileName(path)))
            {
                Abandon(path);
                files.DeleteFile(path);
            }
        }
    }

    /// <summary>Makes room in the catalogue for what a checkpoint records.</summary>
    /// <exception cref="StorageFullException">There is none.</exception>
    public void ReserveCatalogue() => _reserveCatalogue();

    // What a merge writes once lies in pages. The catalogue is rewritten in place and has checksums of its own.
    private IStorageFile ContentOf(IStorageFile file) => Path.GetExtension(file.Path) switch
    {
        ".z" or ".multi" => new PageFile(file),
        ".wal" => CatalogueOf(file),
        _ => file,
    };

    private CatalogueFile CatalogueOf(IStorageFile file)
    {
        var catalogue = new CatalogueFile(file);
        _reserveCatalogue = catalogue.Reserve;
        return catalogue;
    }

    private void Abandon(string path)
    {
        lock (_gate)
        {
            foreach (var file in _open.FindAll(file => file.Path == path))
            {
                file.Dispose();
                _open.Remove(file);
            }
        }
    }

    private void OnClosed(IStorageFile file)
    {
        lock (_gate)
        {
            _open.Remove(file);
        }
    }

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public void SyncDirectory(string path) => files.SyncDirectory(path);

    public void DeleteFile(string path) => files.DeleteFile(path);

    public void DeleteDirectory(string path, bool recursive) => files.DeleteDirectory(path);

    public string ReadAllText(string path) => System.Text.Encoding.UTF8.GetString(ReadAllBytes(path));

    public byte[] ReadAllBytes(string path)
    {
        using var file = files.Open(path, FileOpening.Read);
        var bytes = new byte[file.Length];
        var read = file.Read(0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public void Replace(string sourceFileName, string destinationFileName, string? destinationBackupFileName)
    {
        if (destinationBackupFileName is not null && files.FileExists(destinationFileName))
        {
            files.Rename(destinationFileName, destinationBackupFileName);
        }

        files.Rename(sourceFileName, destinationFileName);
    }

    public DurableFileWriter GetDurableFileWriter() => new(this);

    public IReadOnlyList<string> GetDirectories(string path) => files.Directories(path);

    public IReadOnlyList<string> GetFiles(string path) => files.Files(path);

    public void MoveFile(string sourcePath, string destinationPath)
    {
        if (files.FileExists(destinationPath))
        {
            throw new IOException($"'{destinationPath}' exists");
        }

        files.Rename(sourcePath, destinationPath);
    }

    public string CombinePaths(string path1, string path2) => Path.Combine(path1, path2);
}
