namespace TimeMachine.Core.Log;

/// <summary>The log that all groups of a node share. One owner.</summary>
public sealed partial class NodeLog
{
    /// <summary>api</summary>
    public LogAppendStatus AppendEntry(GroupId group, LogIndex index, Term term, byte kind, ReadOnlySpan<byte> payload) => throw new NotSupportedException();
    /// <summary>api</summary>
    public LogAppendStatus AppendHardState(GroupId group, Term term, ReplicaId vote, LogIndex commit) => throw new NotSupportedException();
    /// <summary>A replica is born (its group has none live here; the id is not dead).</summary>
    public LogAppendStatus StartGroup(GroupId group, ReplicaId replica, LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration) => throw new NotSupportedException();
    /// <summary>An image was installed: the log restarts behind it; the hard state stays.</summary>
    public LogAppendStatus RestartGroup(GroupId group, LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration) => throw new NotSupportedException();
    /// <summary>The replica id is dead for ever (also of a damaged group).</summary>
    public LogAppendStatus EndGroup(GroupId group) => throw new NotSupportedException();
    /// <summary>Call it each turn, also with nothing appended (it carries recycling on); null = nothing to write.</summary>
    public LogBatch? Seal(MonoMs now) => throw new NotSupportedException();
    /// <summary>All batches up to this one are durable.</summary>
    public void OnSynced(long batch, MonoMs now) => throw new NotSupportedException();
    /// <summary>One marker per idle spell.</summary>
    public bool TrySealIdleMarker(MonoMs now, out LogBatch? batch) => throw new NotSupportedException();
    /// <summary>When the idle marker is due; MonoMs(long.MaxValue) = not.</summary>
    public MonoMs NextDeadline => throw new NotSupportedException();
    /// <summary>A slot to allocate in full (may be done by another thread); answer with OnPrepared. At start: loop until false.</summary>
    public bool TryTakePrepare(MonoMs now, out LogOperation prepare) => throw new NotSupportedException();
    /// <summary>Answer; false = ENOSPC.</summary>
    public void OnPrepared(int slot, bool succeeded, MonoMs now) => throw new NotSupportedException();
    /// <summary>Reads that recycling needs: read Length bytes at the location and answer with OnRewriteRead before Seal.</summary>
    public int TakeRewriteReads(int max, List<LogLocation> into) => throw new NotSupportedException();
    /// <summary>Answer; false = the bytes do not verify: the group is damaged now, end it.</summary>
    public bool OnRewriteRead(in LogLocation location, ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();
    /// <summary>A durable checkpoint covers the entries up to here.</summary>
    public void SetCheckpoint(GroupId group, LogIndex index) => throw new NotSupportedException();
    /// <summary>The first entry that may still be read; the core compacts through the one before.</summary>
    public LogIndex FirstKept(GroupId group) => throw new NotSupportedException();
    /// <summary>api</summary>
    public bool TryLocate(GroupId group, LogIndex index, out LogLocation location) => throw new NotSupportedException();
    /// <summary>Bytes of the group's entries behind its checkpoint.</summary>
    public long LagBytes(GroupId group) => throw new NotSupportedException();
    /// <summary>api</summary>
    public bool IsFull => throw new NotSupportedException();
    /// <summary>api</summary>
    public bool IsAtReserve => throw new NotSupportedException();
    /// <summary>api</summary>
    public long FreeBytes => throw new NotSupportedException();
    /// <summary>The last batch reported synced.</summary>
    public long SyncedBatch => throw new NotSupportedException();
}
