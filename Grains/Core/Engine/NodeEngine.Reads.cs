using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <content>Entries that lagging peers need from the log on disk.</content>
public sealed partial class NodeEngine
{
    // One a peer at most: what it is asked for anew takes the place of what waits.
    private readonly List<(GroupSlot Slot, EntryRead Read)> _waitingReads = [];
    private bool _mayReadAgain;

    private void RequestReads(GroupSlot slot, EngineOutput output)
    {
        foreach (var read in _ready.EntryReads)
        {
            _waitingReads.RemoveAll(waiting => waiting.Slot == slot && waiting.Read.Peer == read.Peer);
            if (!TryRequestRead(slot.Core, read, output))
            {
                _waitingReads.Add((slot, read));
            }
        }
    }

    /// <summary>A sync gives what is written to another segment its new place.</summary>
    private void RequestWaitingReads(EngineOutput output)
    {
        if (!_mayReadAgain)
        {
            return;
        }

        _mayReadAgain = false;
        for (var i = _waitingReads.Count - 1; i >= 0; i--)
        {
            var (slot, read) = _waitingReads[i];
            if (slot.Core.Role != RaftRole.Leader || TryRequestRead(slot.Core, read, output))
            {
                _waitingReads.RemoveAt(i);
            }
        }
    }

    /// <summary>Asks the host for what can be read.</summary>
    /// <returns>False if the first entry is being written to another segment: it is not gone, and has no place before
    /// the sync.</returns>
    private bool TryRequestRead(RaftCore core, EntryRead read, EngineOutput output)
    {
        var locations = new List<LogLocation>();
        var bytes = 0;
        for (var index = read.First; index <= read.Last && bytes < read.BytesMax; index += 1)
        {
            if (!_log.TryLocate(core.Group, index, out var location))
            {
                break;
            }

            locations.Add(location);
            bytes += location.Length;
        }

        if (locations.Count == 0 && read.First >= _log.FirstKept(core.Group))
        {
            return false;
        }

        output.EntryReads.Add(new EntryReadRequest(core.Group, read.Peer, read.First, locations));
        return true;
    }
}
