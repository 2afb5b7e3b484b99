namespace TimeMachine.Simulation.Disk;

/// <content>Slow, failing, full, and flipped bits.</content>
public sealed partial class SimLogDisk
{
    private const int WritesRemembered = 1_024;

    private readonly RememberedWrite[] _writes = new RememberedWrite[WritesRemembered];
    private long _writesSeen;
    private readonly HashSet<int> _flipped = [];
    private bool _failNextSync;

    /// <summary>Whether no new slot can be had.</summary>
    public bool IsFull { get; set; }

    /// <summary>The mean of what each sync takes longer, in microseconds.</summary>
    public long SlowSyncUs { get; set; }

    /// <summary>No sync asked for from now on ends before this time, in microseconds.</summary>
    public long StalledUntilUs { get; set; }

    /// <summary>Whether the next sync is going to fail.</summary>
    public bool IsSyncToFail => _failNextSync;

    /// <summary>Whether a bit was flipped that no whole read of its slot has met since.</summary>
    public bool HasHiddenFlip => _flipped.Count > 0;

    /// <summary>Lets the next sync fail.</summary>
    public void FailNextSync() => _failNextSync = true;

    /// <summary>Takes back <see cref="FailNextSync"/>, if no sync met it.</summary>
    public void HealSync() => _failNextSync = false;

    /// <summary>Flips one bit of a write of which a later and durable one states that it was synced: a flip in what
    /// nothing states yet looks like a torn tail, and is outside of the promise.</summary>
    /// <returns>False when there is no such write yet.</returns>
    public bool TryFlipBit()
    {
        var draws = _world.Draws.Disk;
        var known = (int)Math.Min(_writesSeen, WritesRemembered);
        for (var tries = 0; tries < 64 && known > 0; tries++)
        {
            var write = _writes[draws.Index(known)];
            var isThere = _files is not null || _cached[write.Slot] is not null;
            var isSame = isThere && _prepared[write.Slot] == write.Prepared;
            if (!isSame || write.Length == 0 || IsOverwritten(write) || !IsProven(write))
            {
                continue;
            }

            FlipAt(write.Slot, write.Offset + draws.Index(write.Length), draws.Index(8));
            return true;
        }

        return false;
    }

    /// <summary>A segment is used again: what lies there now is another write, and perhaps nothing states it.</summary>
    private bool IsOverwritten(in RememberedWrite write)
    {
        var known = Math.Min(_writesSeen, WritesRemembered);
        for (var i = 0; i < known; i++)
        {
            var isNewer = _writes[i].Slot == write.Slot && _writes[i].Number > write.Number;
            if (isNewer && _writes[i].Offset < write.Offset + write.Length
                && write.Offset < _writes[i].Offset + _writes[i].Length)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsProven(in RememberedWrite write)
    {
        if (write.Statement.IsNone)
        {
            return write.SyncNumber <= _syncsDone - 2;
        }

        var known = Math.Min(_writesSeen, WritesRemembered);
        for (var i = 0; i < known; i++)
        {
            if (_writes[i].SyncNumber <= _syncsDone
                && _writes[i].Statement.Covers(write.Statement, write.Offset + write.Length))
            {
                return true;
            }
        }

        return false;
    }

    private void FlipAt(int slot, int offset, int bit)
    {
        if (_files is not null)
        {
            _files.Flip(slot, offset, bit);
        }
        else
        {
            var mask = (byte)(1 << bit);
            _cached[slot]![offset] ^= mask;
            _durable[slot]![offset] ^= mask;
        }

        _flipped.Add(slot);
        _world.Count(DiskCounters.FlippedBit);
        _world.Trace($"node {Address} flips bit {bit} of byte {offset} in slot {slot}");
    }

    private void RememberWrite(int slot, int offset, ReadOnlySpan<byte> bytes) =>
        _writes[_writesSeen % WritesRemembered] = new RememberedWrite(
            _writesSeen++, slot, offset, bytes.Length, _syncsAsked + 1, _prepared[slot], LogStatement.Of(bytes));

    private void ForgetWrites()
    {
        _writesSeen = 0;
        _flipped.Clear();
    }

    private readonly record struct RememberedWrite(
        long Number, int Slot, int Offset, int Length, long SyncNumber, int Prepared, LogStatement Statement);
}
