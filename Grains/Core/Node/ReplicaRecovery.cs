using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>What to do with one group that a node's log knows.</summary>
public enum ReplicaVerdict : byte
{
    /// <summary>Open it; it catches up by replay and from its peers.</summary>
    Open = 1,

    /// <summary>Its log or its store is damaged: its id is dead, and only a new replica may come back here.</summary>
    Retire = 2,
}

/// <summary>One replica as log and store together tell.</summary>
/// <param name="Verdict">Whether to open it.</param>
/// <param name="Start">What its Raft begins with; default unless it is opened.</param>
/// <param name="Point">How far its store goes.</param>
/// <param name="MustRestartLog">Whether the log on disk does not know yet of the store's image.</param>
public readonly record struct RecoveredReplica(
    ReplicaVerdict Verdict, RaftStart Start, AppliedPoint Point, bool MustRestartLog);

/// <summary>
/// Puts a group's log and its store together after a restart. The store is that of the last finished checkpoint; the
/// log must hold every entry behind it. A store that is ahead of the log comes from an image whose installation the log
/// did not record in time: the image stands, and the log begins behind it.
/// </summary>
public static class ReplicaRecovery
{
    /// <summary>Judges one group.</summary>
    /// <param name="group">What the log holds.</param>
    /// <param name="store">The store as of its last checkpoint; null if the replica never made one, or it is
    /// damaged.</param>
    /// <param name="arena">The node's payload memory.</param>
    public static RecoveredReplica Judge(RecoveredGroup group, IRowStore? store, PayloadArena arena)
    {
        if (group.Status != GroupStatus.Ok
            || !Configuration.TryDecode(group.BaseConfiguration.Span, out var configuration))
        {
            return Retired();
        }

        var point = new AppliedPoint(default, default, configuration);
        if (store is not null && !AppliedPoint.TryRead(store, out point))
        {
            return Retired();
        }

        if (point.Index < group.BaseIndex)
        {
            return Retired();
        }

        var log = BuildLog(group, configuration, point.Index, arena);
        var mustRestart = !log.Matches(point.Index, point.Term);
        if (mustRestart)
        {
            log.Restore(point.Index, point.Term, point.Configuration);
        }

        var start = new RaftStart
        {
            Group = group.Group,
            Self = group.Replica,
            HardState = new HardState(group.Term, group.Vote, group.Commit),
            Log = log,
            Arena = arena,
            Applied = point.Index,
        };
        return new RecoveredReplica(ReplicaVerdict.Open, start, point, mustRestart);
    }

    private static RecoveredReplica Retired() => new(ReplicaVerdict.Retire, default, default, MustRestartLog: false);

    // What the rows hold already is not applied again: a peer that asks for it is given it from disk.
    private static RaftLog BuildLog(
        RecoveredGroup group, Configuration configuration, LogIndex applied, PayloadArena arena)
    {
        var log = new RaftLog(arena, group.BaseIndex, group.BaseTerm, configuration);
        foreach (var entry in group.Entries)
        {
            if (entry.Index <= applied)
            {
                log.AppendEvicted(entry.Term, (EntryKind)entry.Kind, entry.Payload.Span);
            }
            else
            {
                log.Append(entry.Term, (EntryKind)entry.Kind, entry.Payload.Span);
            }
        }

        return log;
    }
}
