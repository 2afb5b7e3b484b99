using Microsoft.Win32.SafeHandles;

namespace TimeMachine.Storage.Files;

/// <summary>A file of the machine.</summary>
internal sealed class RealFile(string path, SafeFileHandle handle, RealFileSystem files) : IStorageFile
{
    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

    public int Read(long offset, Span<byte> into)
    {
        var read = 0;
        while (read < into.Length)
        {
            var count = RandomAccess.Read(handle, into[read..], offset + read);
            if (count == 0)
            {
                break;
            }

            read += count;
        }

        return read;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (IOException error) when (RealFileSystem.IsFull(error))
        {
            throw new StorageFullException($"no room in '{path}'", error);
        }
    }

    public void SetLength(long bytes) =>
        RealFileSystem.Run(path, () => RandomAccess.SetLength(handle, bytes));

    public void Sync() => files.Sync(handle, path);

    public void Dispose() => handle.Dispose();
}
