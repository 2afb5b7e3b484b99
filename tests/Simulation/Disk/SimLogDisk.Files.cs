using TimeMachine.Core.Log;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Disk;

/// <content>The slots as the product's own files, if a run wants them.</content>
public sealed partial class SimLogDisk
{
    private readonly HashSet<int> _begun = [];
    private LogFiles? _files;
    private bool _hasFailed;

    /// <summary>Keeps the slots in the product's own files from now on; before the first use.</summary>
    /// <param name="seed">Draws what crashes leave of them.</param>
    internal void UseFiles(ulong seed) => _files = LogFiles.Of(seed, _options);

    /// <summary>All slots, as a process that starts reads them.</summary>
    internal List<SegmentImage> ReadAll()
    {
        if (_files is null)
        {
            return [.. Slots.Select(slot => new SegmentImage(slot, Image(slot)))];
        }

        _flipped.Clear();
        return _files.ReadAll();
    }

    private bool TryPrepareFile(LogFiles files, int slot)
    {
        if (_host.IsDying)
        {
            return true;
        }

        if (!files.TryPrepare(slot, IsFull))
        {
            return false;
        }

        _prepared[slot]++;
        return true;
    }

    private void WriteFile(LogFiles files, int slot, int offset, ReadOnlySpan<byte> bytes)
    {
        _world.Count(DiskCounters.Recycled, offset == 0 && !_begun.Add(slot) ? 1 : 0);
        _world.Mix(bytes);
        files.Write(slot, offset, bytes);
        RememberWrite(slot, offset, bytes);
    }

    private void CrashFiles(LogFiles files, CrashKind kind)
    {
        _life++;
        _syncs.Clear();
        _lastSyncEndUs = 0;
        files.Crash(_hasFailed ? CrashKind.OutOfOrder : kind);
        _hasFailed = false;
        _world.Count(SimHostCounters.UnsyncedLost, files.LastCrash.Lost > 0 ? 1 : 0);
        _world.Count(SimHostCounters.UnsyncedKept, files.LastCrash.Kept > 0 ? 1 : 0);
        _world.Count(SimHostCounters.TornBlock, files.HasTorn ? 1 : 0);
    }
}
