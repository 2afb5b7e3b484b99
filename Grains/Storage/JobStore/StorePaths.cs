using System.Globalization;
using TimeMachine.Core.Encoding;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// The files of one replica: rows and ids of one generation, and a file that names it. An image becomes the next
/// generation, and takes the place of the present one at the instant at which the name changes.
/// </summary>
/// <remarks>Form: docs/formats/job-store.md.</remarks>
internal sealed class StorePaths
{
    private const byte Version = 1;
    private const string CurrentName = "current";
    private const string RowsPrefix = "rows-";
    private const string IdsPrefix = "ids-";
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly uint _generation;

    private StorePaths(IFileSystem files, string directory, uint generation)
    {
        _files = files;
        _directory = directory;
        _generation = generation;
    }

    /// <summary>The directory of the rows.</summary>
    public string Rows => Path.Combine(_directory, RowsPrefix + Name);

    private string Ids => Path.Combine(_directory, IdsPrefix + Name);

    private string Name => _generation.ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds the present generation, the first if there is none yet.</summary>
    /// <exception cref="StoreDamagedException">The file that names it is damaged.</exception>
    public static StorePaths Open(IFileSystem files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateDirectory(directory);
        files.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        return new StorePaths(files, directory, ReadCurrent(files, directory));
    }

    /// <summary>The generation behind this one.</summary>
    public StorePaths Next() => new(_files, _directory, _generation + 1);

    /// <summary>Removes what belongs to other generations, or was not finished.</summary>
    public void DeleteOthers()
    {
        foreach (var directory in _files.Directories(_directory))
        {
            if (directory != Rows)
            {
                _files.DeleteDirectory(directory);
            }
        }

        foreach (var file in _files.Files(_directory))
        {
            if (file != Ids && Path.GetFileName(file) != CurrentName)
            {
                _files.DeleteFile(file);
            }
        }
    }

    /// <summary>Removes what there is of this generation.</summary>
    public void Delete()
    {
        _files.DeleteDirectory(Rows);
        _files.DeleteFile(Ids);
    }

    /// <summary>Makes this the present generation, durably.</summary>
    public void MakeCurrent()
    {
        var writer = new ByteWriter(16);
        writer.U8(Version);
        writer.U32(_generation);
        writer.U32(Crc32C.Of(writer.Written));
        Replace(Path.Combine(_directory, CurrentName), writer.Written);
    }

    /// <summary>Writes the filter of a checkpoint.</summary>
    public void WriteFilter(ReadOnlySpan<byte> bytes) => Replace(Ids, bytes);

    /// <summary>Reads the filter of the last checkpoint; null if there is none, or it is damaged.</summary>
    public IdFilter? ReadFilter(out LogIndex index)
    {
        index = default;
        return _files.FileExists(Ids) ? IdFilter.TryDecode(ReadAll(_files, Ids), out index) : null;
    }

    private static uint ReadCurrent(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, CurrentName);
        if (!files.FileExists(path))
        {
            return 1;
        }

        var bytes = ReadAll(files, path);
        var reader = new ByteReader(bytes);
        var (version, generation, crc) = (reader.U8(), reader.U32(), reader.U32());
        return reader.AtEnd && version == Version && crc == Crc32C.Of(bytes.AsSpan(0, bytes.Length - sizeof(uint)))
            ? generation
            : throw new StoreDamagedException($"'{path}' names no generation");
    }

    private static byte[] ReadAll(IFileSystem files, string path)
    {
        using var file = files.Open(path, FileOpening.Read);
        var bytes = new byte[file.Length];
        var read = file.Read(0, bytes);
        return bytes[..read];
    }

    private void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var unfinished = path + ".new";
        try
        {
            using (var file = _files.Open(unfinished, FileOpening.Create))
            {
                file.Write(0, bytes);
                file.Sync();
            }

            _files.Rename(unfinished, path);
        }
        catch (StorageFullException)
        {
            _files.DeleteFile(unfinished);
            throw;
        }

        _files.SyncDirectory(_directory);
    }
}
