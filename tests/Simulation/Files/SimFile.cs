using TimeMachine.Storage.Files;

namespace TimeMachine.Simulation.Files;

/// <summary>An open file of a simulated disk; it does nothing any more once its process is gone.</summary>
internal sealed class SimFile(SimFileSystem files, string path, SimInode inode, int life) : IStorageFile
{
    public string Path => path;

    public long Length => inode.Length;

    public int Read(long offset, Span<byte> into)
    {
        files.Do(SimFileOperation.Read, path, static () => { }, life);
        if (offset >= inode.Length)
        {
            return 0;
        }

        var length = (int)Math.Min(into.Length, inode.Length - offset);
        inode.Cached.AsSpan((int)offset, length).CopyTo(into);
        return length;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        files.Do(SimFileOperation.Write, path, () =>
        {
            files.RequireRoom(path, offset + copy.Length - inode.Length);
            inode.Write(offset, copy);
        }, life);
    }

    public void SetLength(long bytes) => files.Do(SimFileOperation.SetLength, path, () =>
    {
        files.RequireRoom(path, bytes - inode.Length);
        inode.SetLength(bytes);
    }, life);

    public void Sync() => files.Do(SimFileOperation.SyncFile, path, inode.Sync, life);

    public void Dispose()
    {
        // Nothing is held.
    }
}
