namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What is applied, and what comes of it.</summary>
public sealed partial class RaftChecker
{
    /// <summary>Call it for each entry that a replica's state machine applied, in its order.</summary>
    /// <param name="watch">The replica.</param>
    /// <param name="index">The entry's index.</param>
    /// <param name="contentHash">The content hash of the state behind it.</param>
    /// <returns>Whether no replica applied this index before: its facts are then new to the job checkers.</returns>
    public bool Applied(ReplicaWatch watch, LogIndex index, UInt128 contentHash)
    {
        var shadow = watch.Shadow;
        if (index != watch.Applied + 1)
        {
            violations.Add("apply-order", $"{watch} applied {index} behind {watch.Applied}");
        }

        if (index > shadow.Committed)
        {
            violations.Add("apply-committed", $"{watch} applied {index}, committed is {shadow.Committed}");
        }
        else if (index > shadow.CommittedBase && watch.Log.TryGet(index, out var item)
            && item.Chain != shadow.CommitAt(index).Chain)
        {
            violations.Add("state-machine-safety", $"{watch} applied another entry at {index}");
        }

        watch.Applied = index;
        CheckContent(watch, index, contentHash);
        if (index <= shadow.Applied)
        {
            return false;
        }

        shadow.Applied = index;
        return true;
    }

    /// <summary>What is applied must be in this node's log after a crash.</summary>
    public void CheckSynced(ReplicaWatch watch, LogIndex index)
    {
        if (index > watch.Disk.Log.Last)
        {
            violations.Add("apply-synced", $"{watch} applied {index}, synced is {watch.Disk.Log.Last}");
        }
    }

    private void CheckContent(ReplicaWatch watch, LogIndex index, UInt128 contentHash)
    {
        if (!watch.Shadow.ContentHashes.TryAdd(index, contentHash)
            && watch.Shadow.ContentHashes[index] != contentHash)
        {
            violations.Add("content-hash", $"{watch} has another content at {index}");
        }
    }
}
