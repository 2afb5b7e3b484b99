using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// One replica's rows on disk, and its checkpoints. The thread that applies entries owns it; only
/// <see cref="RunCheckpoint"/> runs beside it, on a thread of the checkpoints.
/// </summary>
public sealed class ReplicaStore : IDisposable
{
    private const string FilterName = "ids";
    private readonly IFileSystem _files;
    private readonly string _directory;
    private byte[]? _filterBytes;

    private ReplicaStore(IFileSystem files, string directory, RowTree rows)
    {
        _files = files;
        _directory = directory;
        Rows = rows;
    }

    /// <summary>The rows.</summary>
    public RowTree Rows { get; }

    /// <summary>The applied index of the checkpoint that is under way; null if none is.</summary>
    public LogIndex? CheckpointIndex { get; private set; }

    /// <summary>Opens a replica's rows as of its last checkpoint, or none.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The replica's own directory.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="StoreDamagedException">It is to be deleted, and the replica rebuilt.</exception>
    public static ReplicaStore Open(IFileSystem files, string directory, JobStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateDirectory(directory);
        files.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        var rows = RowTree.Open(files, RowsPath(directory), options);
        var store = new ReplicaStore(files, directory, rows);
        store.LoadIds();
        return store;
    }

    /// <summary>Removes a replica's rows for good.</summary>
    public static void Delete(IFileSystem files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.DeleteDirectory(directory);
    }

    /// <summary>Begins a checkpoint of the rows as they are now, between two entries. One that is still under way (the
    /// disk was full) goes on instead.</summary>
    /// <param name="index">The applied index that the rows state.</param>
    /// <param name="filter">The floors.</param>
    /// <param name="rowsKept">How many jobs the state machine counts.</param>
    /// <exception cref="StorageFullException">There is no room; none is begun.</exception>
    public void BeginCheckpoint(LogIndex index, PurgeFilter filter, long rowsKept)
    {
        if (CheckpointIndex is not null)
        {
            return;
        }

        Rows.MoveForward(filter, rowsKept);
        CheckpointIndex = index;
        _filterBytes = Rows.Ids.Encode(index);
    }

    /// <summary>Makes the checkpoint durable. On a thread of the checkpoints.</summary>
    /// <exception cref="StorageFullException">There is no room; the checkpoint stays under way.</exception>
    /// <exception cref="StoreDamagedException">It failed each time it was tried.</exception>
    public void RunCheckpoint()
    {
        Invariant.Require(_filterBytes is not null);
        WriteFilter(_filterBytes);
        Rows.Merge();
    }

    /// <summary>The checkpoint is durable: the log may be cut behind its index.</summary>
    /// <returns>The index.</returns>
    public LogIndex EndCheckpoint()
    {
        Invariant.Require(CheckpointIndex is not null);
        var index = CheckpointIndex.Value;
        Rows.EndMerge();
        CheckpointIndex = null;
        _filterBytes = null;
        return index;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => Rows.Dispose();

    private static string RowsPath(string directory) => Path.Combine(directory, "rows");

    /// <summary>The filter of the last checkpoint, or one of a later that was not finished: replay applies the same
    /// entries again, so the ids in it are no others.</summary>
    private void LoadIds()
    {
        if (!AppliedPoint.TryRead(Rows, out var point))
        {
            return;
        }

        if (ReadFilter(out var index) is { } ids && index >= point.Index)
        {
            Rows.TakeIds(ids);
        }
        else
        {
            Rows.CollectIds();
        }
    }

    private IdFilter? ReadFilter(out LogIndex index)
    {
        index = default;
        var path = Path.Combine(_directory, FilterName);
        if (!_files.FileExists(path))
        {
            return null;
        }

        using var file = _files.Open(path, FileOpening.Read);
        var bytes = new byte[file.Length];
        return file.Read(0, bytes) == bytes.Length ? IdFilter.TryDecode(bytes, out index) : null;
    }

    private void WriteFilter(byte[] bytes)
    {
        var path = Path.Combine(_directory, FilterName);
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
