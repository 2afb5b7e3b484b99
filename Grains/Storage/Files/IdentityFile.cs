using TimeMachine.Core.Node;

namespace TimeMachine.Storage.Files;

/// <summary>The file in a node's data directory that says which disk this is.</summary>
public static class IdentityFile
{
    private const string Name = "identity";
    private const string Unfinished = ".new";
    private const int BytesMax = 64;

    /// <summary>Reads it.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The node's data directory.</param>
    /// <param name="exists">Whether there is such a file, whole or not.</param>
    /// <returns>Null if there is none, or it is damaged.</returns>
    public static NodeIdentity? Read(IFileSystem files, string directory, out bool exists)
    {
        ArgumentNullException.ThrowIfNull(files);
        var path = Path.Combine(directory, Name);
        exists = files.FileExists(path);
        if (!exists)
        {
            return null;
        }

        using var file = files.Open(path, FileOpening.Read);
        Span<byte> bytes = stackalloc byte[BytesMax];
        return NodeIdentity.Decode(bytes[..file.Read(0, bytes)]);
    }

    /// <summary>Writes it: durable, and in one step.</summary>
    /// <exception cref="StorageFullException">There is no room; the one before stands.</exception>
    public static void Write(IFileSystem files, string directory, NodeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(identity);
        files.CreateDirectory(directory);
        var path = Path.Combine(directory, Name);
        using (var file = files.Open(path + Unfinished, FileOpening.Create))
        {
            file.Write(0, identity.Encode());
            file.Sync();
        }

        files.Rename(path + Unfinished, path);
        files.SyncDirectory(directory);
    }
}
