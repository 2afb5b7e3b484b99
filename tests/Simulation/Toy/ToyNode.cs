using System.Buffers.Binary;
using TimeMachine.Core.Encoding;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Toy;

/// <summary>Logs each number that a client sends, answers it after the sync, and pings the other nodes.</summary>
internal sealed class ToyNode(SimRun run, bool acksBeforeSync) : ISimProcess
{
    public const int RecordBytes = 12;

    private static readonly Counter Pongs = Counter.Total("toy pongs");
    private static readonly Counter TornTails = Counter.Total("toy torn tails cut");

    private readonly Queue<(int Client, long Number)> _unsynced = new();
    private readonly byte[] _buffer = new byte[RecordBytes];
    private int _slot;
    private int _offset;
    private bool _isSyncing;

    public SimHost Host { get; set; } = null!;

    public void Start(in ProcessStart start)
    {
        _unsynced.Clear();
        _isSyncing = false;
        Recover();
        OnTimer();
    }

    public void OnMessage(in SimMessage message)
    {
        if (message.From >= ToySetup.FirstClient)
        {
            Append(message.From, BinaryPrimitives.ReadInt64LittleEndian(message.Bytes.Span));
        }
        else if (message.Bytes.Span[0] == 1)
        {
            run.Network.Send(Host, message.From, 0, [2]);
        }
        else
        {
            run.World.Count(Pongs);
        }
    }

    public void OnTimer()
    {
        for (var node = 1; node <= run.Swarm.NodeCount; node++)
        {
            if (node != Host.Address)
            {
                run.Network.Send(Host, node, 0, [1]);
            }
        }

        Host.SetTimer(Host.Clock.Mono + run.Swarm.HeartbeatMs);
    }

    public void OnSyncDone(in SyncDone done)
    {
        if (done.Status == SyncStatus.Failed)
        {
            Host.Die();
            return;
        }

        _isSyncing = false;
        for (var i = 0; i < done.Token; i++)
        {
            Answer(_unsynced.Dequeue());
        }

        SyncIfNeeded();
    }

    /// <summary>Reads the numbers whose records are whole; the first broken one ends the log.</summary>
    public static IEnumerable<long> Numbers(ReadOnlyMemory<byte> slot)
    {
        for (var at = 0; at + RecordBytes <= slot.Length; at += RecordBytes)
        {
            var record = slot.Span.Slice(at, RecordBytes);
            if (Crc32C.Of(record[..8]) != BinaryPrimitives.ReadUInt32LittleEndian(record[8..]))
            {
                yield break;
            }

            yield return BinaryPrimitives.ReadInt64LittleEndian(record);
        }
    }

    private void Recover()
    {
        _slot = Host.LogDisk.Slots.Count - 1;
        if (_slot < 0)
        {
            Invariant.Require(Host.LogDisk.TryPrepare(0));
            _slot = 0;
        }

        _offset = Numbers(Host.LogDisk.Image(_slot)).Count() * RecordBytes;
        run.World.Count(TornTails, Host.Life > 1 ? 1 : 0);
    }

    private void Append(int client, long number)
    {
        if (_offset + RecordBytes > Host.LogDisk.SegmentBytes)
        {
            if (!Host.LogDisk.TryPrepare(_slot + 1))
            {
                return;
            }

            _slot++;
            _offset = 0;
        }

        BinaryPrimitives.WriteInt64LittleEndian(_buffer, number);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(8), Crc32C.Of(_buffer.AsSpan(0, 8)));
        Host.LogDisk.Write(_slot, _offset, _buffer);
        _offset += RecordBytes;
        _unsynced.Enqueue((client, number));
        if (acksBeforeSync)
        {
            Answer((client, number));
        }

        if (Host.ShouldCrashHere(CrashPoint.BeforeSync))
        {
            return;
        }

        SyncIfNeeded();
    }

    private void SyncIfNeeded()
    {
        if (!_isSyncing && _unsynced.Count > 0)
        {
            _isSyncing = true;
            Host.LogDisk.Sync(_unsynced.Count);
        }
    }

    private void Answer((int Client, long Number) answer)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, answer.Number);
        run.Network.Send(Host, answer.Client, 0, bytes);
    }
}
