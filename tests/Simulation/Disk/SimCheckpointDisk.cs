using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Disk;

/// <summary>What a read of an image finds.</summary>
public enum ImageStatus
{
    /// <summary>No such image.</summary>
    Missing = 1,

    /// <summary>The image is whole.</summary>
    Ok = 2,

    /// <summary>The image is there but does not read: its checksums fail.</summary>
    Damaged = 3,
}

/// <summary>Durable named images, each replaced as a whole: a crash leaves the old one or the new one, never a
/// mixture.</summary>
/// <remarks>Images are immutable objects kept by reference. Writes end in the order they were asked for.</remarks>
public sealed class SimCheckpointDisk : IEventTarget
{
    private readonly World _world;
    private readonly SimHost _host;
    private readonly CheckpointDiskOptions _options;
    private readonly SortedDictionary<long, StoredImage> _images = [];
    private readonly Queue<PendingImage> _pending = new();
    private long _lastEndUs;
    private int _life;

    internal SimCheckpointDisk(World world, SimHost host, in CheckpointDiskOptions options)
    {
        _world = world;
        _host = host;
        _options = options;
    }

    /// <inheritdoc/>
    public int Address => _host.Address;

    /// <summary>Whether no image can be written; deletes still work.</summary>
    public bool IsFull { get; set; }

    /// <summary>No write asked for from now on ends before this time, in microseconds.</summary>
    public long StalledUntilUs { get; set; }

    /// <summary>The keys of all durable images, ascending.</summary>
    public IReadOnlyCollection<long> Keys => _images.Keys;

    /// <summary>Whether there is nothing on the disk: a first start, or one after a wipe.</summary>
    public bool IsEmpty => _images.Count == 0;

    /// <summary>Asks for an image to be made durable; the end comes as <see cref="ISimProcess.OnSyncDone"/>.</summary>
    /// <param name="key">The name.</param>
    /// <param name="image">An immutable object; nobody changes it from now on.</param>
    /// <param name="imageBytes">Its size, which costs time.</param>
    /// <param name="token">Given back with the end.</param>
    public void Put(long key, object image, long imageBytes, long token)
    {
        ArgumentNullException.ThrowIfNull(image);
        Ask(new PendingImage(key, image, token, _host.Life), imageBytes);
    }

    /// <summary>Makes an image durable at once: for what a formation writes before the run begins.</summary>
    public void PutNow(long key, object image) => _images[key] = new StoredImage(image, IsDamaged: false);

    /// <summary>Asks for an image to be removed; the end comes as <see cref="ISimProcess.OnSyncDone"/>.</summary>
    public void Delete(long key, long token) => Ask(new PendingImage(key, null, token, _host.Life), 0);

    /// <summary>Reads a durable image.</summary>
    public ImageStatus Read(long key, out object? image)
    {
        image = null;
        if (!_images.TryGetValue(key, out var stored))
        {
            return ImageStatus.Missing;
        }

        image = stored.IsDamaged ? null : stored.Image;
        return stored.IsDamaged ? ImageStatus.Damaged : ImageStatus.Ok;
    }

    /// <summary>Whether an image is there and does not read.</summary>
    public bool IsDamaged(long key) => _images.TryGetValue(key, out var stored) && stored.IsDamaged;

    /// <summary>Damages one durable image at or above a key, so that it does not read any more.</summary>
    /// <param name="fromKey">Images below are spared: a node's identity, say.</param>
    /// <returns>False when there is none.</returns>
    public bool TryDamageOne(long fromKey)
    {
        long[] keys = [.. _images.Keys.Where(key => key >= fromKey)];
        if (keys.Length == 0)
        {
            return false;
        }

        var key = keys[_world.Draws.Disk.Index(keys.Length)];
        _images[key] = _images[key] with { IsDamaged = true };
        _world.Count(DiskCounters.CheckpointDamaged);
        _world.Trace($"node {Address} has image {key} damaged");
        return true;
    }

    /// <inheritdoc/>
    public void OnEvent(in SimEvent simEvent)
    {
        if (simEvent.Guard != _life)
        {
            return;
        }

        var ended = _pending.Dequeue();
        var isRefused = IsFull && ended.Image is not null;
        if (!isRefused)
        {
            Store(in ended);
        }

        var kind = isRefused ? SimHost.SyncFull : SimHost.SyncOk;
        _host.OnEvent(new SimEvent(simEvent.TimeUs, kind, ended.HostLife, ended.Token, this));
    }

    internal void Crash()
    {
        // Images are replaced in the order asked for: some of the first may have got through, unheard.
        _life++;
        _lastEndUs = 0;
        var through = _pending.Count == 0 ? 0 : _world.Draws.Disk.Index(_pending.Count + 1);
        for (var i = 0; i < through && !IsFull; i++)
        {
            var pending = _pending.Dequeue();
            Store(in pending);
        }

        if (_pending.Count > 0)
        {
            _world.Count(DiskCounters.CheckpointLost);
        }

        _pending.Clear();
    }

    internal void Wipe()
    {
        _life++;
        _lastEndUs = 0;
        _pending.Clear();
        _images.Clear();
    }

    private void Ask(PendingImage pending, long imageBytes)
    {
        if (_host.IsDying)
        {
            return;
        }

        var tookUs = _options.WriteUs + _world.Draws.Disk.LongTail(_options.WriteJitterUs)
            + (imageBytes / 1_024 * _options.MicrosPerKib);
        _lastEndUs = Math.Max(Math.Max(_lastEndUs, StalledUntilUs), _world.NowUs) + tookUs;
        _pending.Enqueue(pending);
        _world.ScheduleEvent(this, new SimEvent(_lastEndUs, 0, _life, pending.Token, null));
    }

    private void Store(in PendingImage pending)
    {
        if (pending.Image is null)
        {
            _images.Remove(pending.Key);
        }
        else
        {
            _images[pending.Key] = new StoredImage(pending.Image, IsDamaged: false);
        }
    }

    private readonly record struct PendingImage(long Key, object? Image, long Token, int HostLife);

    private readonly record struct StoredImage(object Image, bool IsDamaged);
}
