using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>A batch of messages that may leave now.</summary>
/// <param name="Peer">Where to.</param>
/// <param name="Lane">The stream.</param>
/// <param name="Bytes">The batch; valid until the next turn.</param>
public readonly record struct PeerBatch(NodeId Peer, Lane Lane, ReadOnlyMemory<byte> Bytes);

/// <summary>Entries to apply, in order, both ends included.</summary>
public readonly record struct ApplyRange(GroupId Group, LogIndex First, LogIndex Last);

/// <summary>A read that may be answered once its index is applied, or that lost its leader.</summary>
public readonly record struct GroupRead(GroupId Group, ulong Token, LogIndex ReadIndex, bool IsConfirmed);

/// <summary>A group's role, term or leader changed in this turn.</summary>
public readonly record struct RoleChange(GroupId Group, RaftRole Role, Term Term, ReplicaId Leader);

/// <summary>Entries to be read from the log on disk for a peer that lags; answered by OnEntriesRead.</summary>
public sealed record EntryReadRequest(
    GroupId Group, ReplicaId Peer, LogIndex First, IReadOnlyList<LogLocation> Locations);

/// <summary>A part of an image is wanted; answered by OnChunkRead. Offset 0 opens the image.</summary>
public readonly record struct ChunkRead(GroupId Group, ReplicaId Peer, ulong ImageId, long Offset, int BytesMax);

/// <summary>A part of an image arrived; answered by OnChunkStaged or, for the last, by OnImageInstalled.</summary>
public readonly record struct ChunkArrival(
    GroupId Group,
    ulong ImageId,
    long Offset,
    ReadOnlyMemory<byte> Bytes,
    bool IsLast,
    LogIndex Index,
    Term Term,
    Configuration Configuration);

/// <summary>A leader speaks to a replica that this node does not run; the host may open it.</summary>
public readonly record struct ReplicaWanted(GroupId Group, ReplicaId Replica, NodeId From);

/// <summary>A peer's due clock as it was when the batch left.</summary>
public readonly record struct ClockReading(NodeId Node, UnixMs DueNow);

/// <summary>Everything that one turn of the engine gives out: data only, lists reused.</summary>
public sealed class EngineOutput
{
    /// <summary>What to write, in order; one sync behind the last makes all durable; then call OnSynced with its
    /// number. Nearly always one.</summary>
    public List<LogBatch> Logs { get; } = [];

    /// <summary>Slots of the log to allocate in full; answered by OnPrepared.</summary>
    public List<LogOperation> Prepares { get; } = [];

    /// <summary>Old bytes of the log that recycling keeps; answered by OnRewriteRead.</summary>
    public List<LogLocation> RewriteReads { get; } = [];

    /// <summary>Batches that may leave now: everything they speak of is synced, or needs no sync.</summary>
    public List<PeerBatch> Batches { get; } = [];

    /// <summary>Entries to apply.</summary>
    public List<ApplyRange> Applies { get; } = [];

    /// <summary>Reads confirmed or lost.</summary>
    public List<GroupRead> Reads { get; } = [];

    /// <summary>Groups whose role, term or leader changed.</summary>
    public List<RoleChange> RoleChanges { get; } = [];

    /// <summary>Entries wanted from disk.</summary>
    public List<EntryReadRequest> EntryReads { get; } = [];

    /// <summary>Parts of images wanted from the job store.</summary>
    public List<ChunkRead> ChunkReads { get; } = [];

    /// <summary>Images that nobody wants more of: what was opened for them may be closed.</summary>
    public List<ulong> ImagesEnded { get; } = [];

    /// <summary>Parts of images that arrived.</summary>
    public List<ChunkArrival> ChunkArrivals { get; } = [];

    /// <summary>Replicas that leaders want here.</summary>
    public List<ReplicaWanted> ReplicasWanted { get; } = [];

    /// <summary>Peers' clocks, newest last.</summary>
    public List<ClockReading> ClockReadings { get; } = [];

    /// <summary>Groups that had any input in this turn.</summary>
    public List<GroupId> Touched { get; } = [];

    /// <summary>Empties every list.</summary>
    public void Clear()
    {
        Logs.Clear();
        Prepares.Clear();
        RewriteReads.Clear();
        Batches.Clear();
        Applies.Clear();
        Reads.Clear();
        RoleChanges.Clear();
        EntryReads.Clear();
        ChunkReads.Clear();
        ImagesEnded.Clear();
        ChunkArrivals.Clear();
        ReplicasWanted.Clear();
        ClockReadings.Clear();
        Touched.Clear();
    }
}
