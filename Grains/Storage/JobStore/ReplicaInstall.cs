using TimeMachine.Core.Node;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// A replica's rows that arrive as an image, beside those that it has. They take their place only as a whole; a crash
/// before leaves what was. One thread owns it.
/// </summary>
public sealed class ReplicaInstall : IDisposable
{
    private readonly StorePaths _before;
    private readonly StorePaths _paths;
    private readonly JobStoreOptions _options;
    private readonly RowTree _rows;
    private readonly ImageReader _reader;
    private bool _isFinished;

    private ReplicaInstall(StorePaths before, StorePaths paths, RowTree rows, JobStoreOptions options)
    {
        _before = before;
        _paths = paths;
        _rows = rows;
        _options = options;
        _reader = new ImageReader(rows);
    }

    /// <summary>Begins; what an install before left is removed.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The replica's own directory.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="StoreDamagedException">The present rows are damaged: they are to be deleted first.</exception>
    public static ReplicaInstall Begin(IFileSystem files, string directory, JobStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var before = StorePaths.Open(files, directory);
        var paths = before.Next();
        paths.Delete();
        return new ReplicaInstall(before, paths, RowTree.Open(files, paths.Rows, options), options);
    }

    /// <summary>Whether the last part is there.</summary>
    public bool IsWhole => _reader.IsWhole;

    /// <summary>Takes the next part.</summary>
    /// <returns>None, or why the image is refused; then it is to be disposed of.</returns>
    /// <exception cref="StorageFullException">There is no room.</exception>
    public ErrorCode Take(ReadOnlySpan<byte> part)
    {
        var error = _reader.Take(part);
        if (error == ErrorCode.None && _rows.FreshBytes >= _options.InstallMib * 1_048_576L)
        {
            Merge();
        }

        return error;
    }

    /// <summary>The last part is there: makes the rows durable and the replica's own.</summary>
    /// <returns>The replica's store from now on; null if the image is not whole. The store before is to be closed.
    /// </returns>
    /// <exception cref="StorageFullException">There is no room.</exception>
    public ReplicaStore? Finish()
    {
        if (!_reader.IsWhole || !AppliedPoint.TryRead(_rows, out var point))
        {
            return null;
        }

        Merge();
        _paths.WriteFilter(_rows.Ids.Encode(point.Index));
        _paths.MakeCurrent();
        _isFinished = true;
        return new ReplicaStore(_paths, _rows);
    }

    /// <summary>The replica does not want the image any more: what it had before is its own again, as of its last
    /// checkpoint. The store that <see cref="Finish"/> gave is to be closed.</summary>
    public void Revert()
    {
        Invariant.Require(_isFinished);
        _before.MakeCurrent();
        _paths.Delete();
    }

    /// <summary>The replica has the image, and the store before is closed: removes what that one had on disk.</summary>
    public void DeleteBefore()
    {
        Invariant.Require(_isFinished);
        _before.Delete();
    }

    /// <summary>Gives up what is not finished.</summary>
    public void Dispose()
    {
        if (!_isFinished)
        {
            _rows.Dispose();
            _paths.Delete();
        }
    }

    private void Merge()
    {
        _rows.MoveForward(default, _rows.Ids.Count);
        _rows.Merge();
        _rows.EndMerge();
    }
}
