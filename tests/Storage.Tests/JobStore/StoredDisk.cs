using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>The files that a store left, to be copied to a fresh disk again and again and harmed there.</summary>
internal sealed class StoredDisk
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public StoredDisk(SimFileSystem disk)
    {
        Take(disk, ReplicaRun.Directory);
    }

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>A disk with the files, one of them in other bytes.</summary>
    public SimFileSystem With(string path, byte[] bytes)
    {
        var disk = new SimFileSystem();
        foreach (var (name, content) in _files)
        {
            Put(disk, name, name == path ? bytes : content);
        }

        return disk;
    }

    /// <summary>Makes a durable file of bytes.</summary>
    public static void Put(SimFileSystem disk, string path, byte[] bytes)
    {
        var directory = Path.GetDirectoryName(path)!;
        disk.CreateDirectory(directory);
        using var file = disk.Open(path, FileOpening.Create);
        file.Write(0, bytes);
        file.Sync();
        disk.SyncDirectory(directory);
    }

    /// <summary>Bytes with one bit turned.</summary>
    public static byte[] Flipped(byte[] bytes, int at, int bit)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= (byte)(1 << bit);
        return flipped;
    }

    public static bool IsTheSame(in StoredRow left, in StoredRow right) =>
        left.Key.Span.SequenceEqual(right.Key.Span) && left.Value.Span.SequenceEqual(right.Value.Span);

    private void Take(SimFileSystem disk, string directory)
    {
        foreach (var file in disk.Files(directory))
        {
            _files.Add(file, disk.Content(file));
        }

        foreach (var below in disk.Directories(directory))
        {
            Take(disk, below);
        }
    }
}
