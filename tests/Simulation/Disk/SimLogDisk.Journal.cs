using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Disk;

/// <content>The journal of unsynced pieces, and what a crash leaves of them.</content>
public sealed partial class SimLogDisk
{
    private readonly List<Piece> _pieces = [];
    private readonly HashSet<int> _closedBlocks = [];
    private byte[] _journal = new byte[4_096];
    private int _journalBytes;
    private long _piecesDone;

    internal void Crash(CrashKind kind)
    {
        if (_files is not null)
        {
            CrashFiles(_files, kind);
            return;
        }

        if (kind == CrashKind.ProcessKill)
        {
            // The system lives on: what was written stays readable and a sync under way ends, unheard.
            return;
        }

        _life++;
        _syncs.Clear();
        _lastSyncEndUs = 0;
        LoseUnsynced(kind);
    }

    internal void Wipe()
    {
        _life++;
        _syncs.Clear();
        _lastSyncEndUs = 0;
        _failNextSync = false;
        _files?.Wipe();
        _begun.Clear();
        ClearJournal();
        foreach (var slot in _slots)
        {
            _cached[slot] = null;
            _durable[slot] = null;
            _prepared[slot] = 0;
        }

        _slots.Clear();
        ForgetWrites();
        _world.Count(DiskCounters.Wiped);
    }

    private void AddToJournal(int slot, int offset, ReadOnlySpan<byte> bytes)
    {
        while (_journalBytes + bytes.Length > _journal.Length)
        {
            Array.Resize(ref _journal, _journal.Length * 2);
        }

        bytes.CopyTo(_journal.AsSpan(_journalBytes));
        var at = 0;
        while (at < bytes.Length)
        {
            var inBlock = (offset + at) % _options.BlockBytes;
            var length = Math.Min(bytes.Length - at, _options.BlockBytes - inBlock);
            _pieces.Add(new Piece(slot, offset + at, length, _journalBytes + at));
            at += length;
        }

        _journalBytes += bytes.Length;
    }

    private void MakeDurable(long pieceCount)
    {
        if (pieceCount <= 0)
        {
            return;
        }

        for (var i = 0; i < pieceCount; i++)
        {
            Apply(_pieces[i], _pieces[i].Length);
        }

        _piecesDone += pieceCount;
        if (pieceCount == _pieces.Count)
        {
            _pieces.Clear();
            _journalBytes = 0;
            return;
        }

        DropFirst((int)pieceCount);
    }

    private void DropFirst(int pieceCount)
    {
        var freed = _pieces[pieceCount].JournalAt;
        _journal.AsSpan(freed, _journalBytes - freed).CopyTo(_journal);
        _journalBytes -= freed;
        _pieces.RemoveRange(0, pieceCount);
        for (var i = 0; i < _pieces.Count; i++)
        {
            _pieces[i] = _pieces[i] with { JournalAt = _pieces[i].JournalAt - freed };
        }
    }

    private void LoseUnsynced(CrashKind kind)
    {
        var survivors = Survivors(kind);
        if (survivors < _pieces.Count)
        {
            _world.Count(SimHostCounters.UnsyncedLost);
        }

        if (survivors > 0)
        {
            _world.Count(SimHostCounters.UnsyncedKept);
        }

        ClearJournal();
        foreach (var slot in _slots)
        {
            _durable[slot].AsSpan().CopyTo(_cached[slot]);
        }
    }

    private int Survivors(CrashKind kind)
    {
        if (_pieces.Count == 0 || kind == CrashKind.DropAll)
        {
            return 0;
        }

        return kind == CrashKind.OutOfOrder ? KeepAnyBlocks() : KeepPrefix(isTorn: kind == CrashKind.TornTail);
    }

    private int KeepPrefix(bool isTorn)
    {
        var kept = _world.Draws.Disk.Index(_pieces.Count + 1);
        for (var i = 0; i < kept; i++)
        {
            Apply(_pieces[i], _pieces[i].Length);
        }

        if (isTorn && kept < _pieces.Count)
        {
            Apply(_pieces[kept], _world.Draws.Disk.Index(_pieces[kept].Length + 1));
            _world.Count(SimHostCounters.TornBlock);
        }

        return kept;
    }

    private int KeepAnyBlocks()
    {
        // A block holds its writes in order: once one of them is lost, later ones of the same block are lost with it.
        var kept = 0;
        _closedBlocks.Clear();
        foreach (var piece in _pieces)
        {
            var block = ((piece.Slot * _options.SegmentBytes) + piece.Offset) / _options.BlockBytes;
            if (_closedBlocks.Contains(block))
            {
                continue;
            }

            if (_world.Draws.Disk.Chance(1, 2))
            {
                Apply(piece, piece.Length);
                kept++;
            }
            else
            {
                _closedBlocks.Add(block);
            }
        }

        return kept;
    }

    private void Apply(Piece piece, int length) =>
        _journal.AsSpan(piece.JournalAt, length).CopyTo(_durable[piece.Slot].AsSpan(piece.Offset));

    private void ClearJournal()
    {
        _piecesDone += _pieces.Count;
        _pieces.Clear();
        _journalBytes = 0;
    }

    private readonly record struct Piece(int Slot, int Offset, int Length, int JournalAt);
}
