using TimeMachine.Core.Log;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.RaftLog;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>A writer over a disk that fails when it is told to, and a log that decides what it writes.</summary>
internal sealed class WriterWorld : IDisposable
{
    public const string Path = "/data/raft";
    private static readonly GroupId Group = new(1);
    private readonly LogDirectory _directory;
    private readonly NodeLog _log;
    private int _index;

    public WriterWorld()
    {
        Disk = new FaultyFileSystem(Inner);
        _directory = LogDirectory.Open(Disk, Path, Options.SegmentBytes);
        _log = LogRecovery.Recover(Options, [], new MonoMs(1)).Log!;
        PrepareSlots();
        Writer = new LogWriter(_directory, Events);
        _log.StartGroup(Group, new ReplicaId(5), default, default, [1]);
    }

    public static LogOptions Options { get; } = new()
    {
        LogId = 7,
        SegmentBytes = 8 * 1024,
        SlotsMax = 12,
        FreeSlotsTarget = 6,
        RetainBytes = 16 * 1024,
        RetainMs = 1_000,
        ReserveBytes = 8 * 1024,
    };

    public SimFileSystem Inner { get; } = new();

    public FaultyFileSystem Disk { get; }

    public WriterEvents Events { get; } = new();

    public LogWriter Writer { get; }

    /// <summary>Hands in a batch with one entry.</summary>
    public LogBatch Write(int bytes = 100)
    {
        var batch = Seal(bytes);
        Writer.Write(batch);
        return batch;
    }

    /// <summary>Seals a batch with one entry, without handing it in.</summary>
    public LogBatch Seal(int bytes = 100)
    {
        var status = _log.AppendEntry(Group, new LogIndex(++_index), new Term(1), 2, new byte[bytes]);
        Assert.Equal(LogAppendStatus.Appended, status);
        return _log.Seal(new MonoMs(1 + _index))!;
    }

    /// <summary>Hands in a batch and waits until it is durable; what came before it is let go.</summary>
    public LogBatch WriteAndSync(int bytes)
    {
        var batch = Write(bytes);
        Assert.Equal($"synced {batch.Number}", Events.Next());
        _log.OnSynced(batch.Number, new MonoMs(1 + _index));
        _log.SetCheckpoint(Group, new LogIndex(_index - 1));
        PrepareSlots();
        return batch;
    }

    /// <summary>The names of the files that were synced since the writer's journal was that long.</summary>
    public IEnumerable<string> SyncedSince(int journal) => Disk.Journal.Skip(journal)
        .Where(static done => done.Operation == DiskOperation.Sync)
        .Select(static done => done.Name);

    public static string NameOf(int slot) => $"{slot:D5}.log";

    public void Dispose()
    {
        Writer.Dispose();
        _directory.Dispose();
        Events.Dispose();
    }

    private void PrepareSlots()
    {
        while (_log.TryTakePrepare(new MonoMs(1), out var prepare))
        {
            _log.OnPrepared(prepare.Slot, _directory.TryPrepare(prepare.Slot), new MonoMs(1));
        }
    }
}
