using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Disk;

/// <summary>The disk under a node's log: numbered slots of bytes, exact about what a crash leaves of unsynced
/// writes.</summary>
/// <remarks>Each slot has two images: what the process reads (the system's cache) and what is durable. Writes between
/// them
/// wait in a journal, cut into pieces at block borders; a sync makes durable what was written before it was asked
/// for.</remarks>
public sealed partial class SimLogDisk : IEventTarget
{
    private readonly World _world;
    private readonly SimHost _host;
    private readonly LogDiskOptions _options;
    private readonly List<int> _slots = [];
    private readonly byte[]?[] _cached;
    private readonly byte[]?[] _durable;
    private readonly int[] _prepared;
    private readonly Queue<PendingSync> _syncs = new();
    private long _syncsAsked;
    private long _syncsDone;
    private long _lastSyncEndUs;
    private int _life;

    internal SimLogDisk(World world, SimHost host, in LogDiskOptions options)
    {
        Invariant.Require(options.SegmentBytes >= 8_192 && options.SegmentBytes % options.BlockBytes == 0);
        _world = world;
        _host = host;
        _options = options;
        _cached = new byte[options.SlotsMax][];
        _durable = new byte[options.SlotsMax][];
        _prepared = new int[options.SlotsMax];
    }

    /// <inheritdoc/>
    public int Address => _host.Address;

    /// <summary>Slots that exist, in the order of their creation.</summary>
    public IReadOnlyList<int> Slots => _slots;

    /// <summary>Size of a slot.</summary>
    public int SegmentBytes => _options.SegmentBytes;

    /// <summary>Makes a slot ready for a new epoch: a new one is zeros and durable at once, a known one keeps its
    /// bytes.</summary>
    /// <returns>False when the disk is full or the slot's number is at <see cref="LogDiskOptions.SlotsMax"/>.</returns>
    public bool TryPrepare(int slot)
    {
        if (_files is not null)
        {
            return TryPrepareFile(_files, slot);
        }

        if (slot < 0 || slot >= _options.SlotsMax || (_cached[slot] is null && IsFull))
        {
            return false;
        }

        if (_host.IsDying)
        {
            return true;
        }

        if (_cached[slot] is null)
        {
            _cached[slot] = _world.Memory.LendZeroed(_options.SegmentBytes);
            _durable[slot] = _world.Memory.LendZeroed(_options.SegmentBytes);
            _slots.Add(slot);
        }

        _prepared[slot]++;
        return true;
    }

    /// <summary>Writes bytes into a prepared slot; durable after the next sync.</summary>
    /// <exception cref="InvariantViolationException">No such slot, or the bytes do not fit.</exception>
    public void Write(int slot, int offset, ReadOnlySpan<byte> bytes)
    {
        Invariant.Require(slot >= 0 && slot < _options.SlotsMax);
        Invariant.Require(offset >= 0 && offset + bytes.Length <= _options.SegmentBytes);
        if (_host.IsDying)
        {
            return;
        }

        if (_files is not null)
        {
            WriteFile(_files, slot, offset, bytes);
            return;
        }

        Invariant.Require(_cached[slot] is not null);

        var isNewEpoch = offset == 0 && _cached[slot].AsSpan(0, bytes.Length).ContainsAnyExcept((byte)0);
        _world.Count(DiskCounters.Recycled, isNewEpoch ? 1 : 0);
        _world.Mix(bytes);
        bytes.CopyTo(_cached[slot].AsSpan(offset));
        AddToJournal(slot, offset, bytes);
        RememberWrite(slot, offset, bytes);
    }

    /// <summary>Asks for a sync; its end comes as <see cref="ISimProcess.OnSyncDone"/>. Several may be under way,
    /// ending in order.</summary>
    /// <param name="token">Given back with the end.</param>
    public void Sync(long token)
    {
        if (_host.IsDying)
        {
            return;
        }

        var draws = _world.Draws.Disk;
        var tookUs = _options.SyncUs + draws.LongTail(_options.SyncJitterUs) + draws.LongTail(SlowSyncUs);
        var endUs = Math.Max(Math.Max(_lastSyncEndUs, StalledUntilUs), _world.NowUs) + tookUs;
        _lastSyncEndUs = endUs;
        _syncs.Enqueue(new PendingSync(token, ++_syncsAsked, _pieces.Count + _piecesDone, _host.Life));
        _world.ScheduleEvent(this, new SimEvent(endUs, 0, _life, token, null));
    }

    /// <summary>Reads what the process sees, durable or not.</summary>
    /// <returns>False when there is no such slot or the range lies outside it.</returns>
    public bool TryRead(int slot, int offset, Span<byte> into)
    {
        if (_files is not null)
        {
            return _files.TryRead(slot, offset, into);
        }

        if (slot < 0 || slot >= _options.SlotsMax || _cached[slot] is not { } bytes
            || offset < 0 || offset + into.Length > bytes.Length)
        {
            return false;
        }

        bytes.AsSpan(offset, into.Length).CopyTo(into);
        return true;
    }

    /// <summary>The whole slot as the process sees it: a view, which later writes change. Copy what is to be
    /// kept.</summary>
    /// <exception cref="InvariantViolationException">No such slot.</exception>
    public ReadOnlyMemory<byte> Image(int slot)
    {
        Invariant.Require(slot >= 0 && slot < _options.SlotsMax && _cached[slot] is not null);
        _flipped.Remove(slot);
        return _cached[slot];
    }

    /// <summary>The whole slot as a crash that drops everything would leave it: for checkers.</summary>
    /// <exception cref="InvariantViolationException">No such slot.</exception>
    public ReadOnlyMemory<byte> DurableImage(int slot)
    {
        Invariant.Require(slot >= 0 && slot < _options.SlotsMax && _durable[slot] is not null);
        return _durable[slot];
    }

    /// <inheritdoc/>
    public void OnEvent(in SimEvent simEvent)
    {
        if (simEvent.Guard != _life)
        {
            return;
        }

        var sync = _syncs.Dequeue();
        _syncsDone = sync.Number;
        var kind = SimHost.SyncOk;
        if (_failNextSync)
        {
            _failNextSync = false;
            _world.Count(DiskCounters.FailedSync);
            _world.Trace($"node {Address} sync {sync.Token} fails");
            kind = SimHost.SyncFailed;

            // Nobody knows what a failed sync left. Take the worst: some of it, and the cache forgets the rest.
            LoseUnsynced(CrashKind.OutOfOrder);
            _hasFailed = true;
        }
        else if (_files is not null)
        {
            _files.Sync();
        }
        else
        {
            MakeDurable(sync.PiecesEnd - _piecesDone);
        }

        _host.OnEvent(new SimEvent(simEvent.TimeUs, kind, sync.HostLife, sync.Token, this));
    }

    private readonly record struct PendingSync(long Token, long Number, long PiecesEnd, int HostLife);
}
