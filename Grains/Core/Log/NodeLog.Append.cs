using System.Buffers.Binary;

namespace TimeMachine.Core.Log;

public sealed partial class NodeLog
{
    // The last free slot is for live facts and ends alone: without it a full log could never recycle.
    private const int OrdinarySlotsReserved = 1;
    private const int RewriteSlotsReserved = 0;
    private const int VoteBytes = 8;

    /// <summary>
    /// Appends an entry: behind the group's last, or in place of all from its index on (a truncation).
    /// </summary>
    /// <param name="group">A live, undamaged group.</param>
    /// <param name="index">From the checkpoint + 1 to the last + 1.</param>
    /// <param name="term">Its term.</param>
    /// <param name="kind">Its kind; <see cref="LogFormat.ConfigurationEntryKind"/> is remembered as
    /// configuration.</param>
    /// <param name="payload">Its bytes; copied.</param>
    /// <exception cref="InvariantViolationException">No such group, or the index is out of its range.</exception>
    public LogAppendStatus AppendEntry(
        GroupId group, LogIndex index, Term term, byte kind, ReadOnlySpan<byte> payload)
    {
        var log = FindLive(group);
        Invariant.Require(index > log.Checkpoint && index <= log.Entries.Last + 1);
        var header = NewRecord(log, LogRecordKind.Entry) with { Index = index, Term = term, EntryKind = kind };
        var status = TryAdd(header, payload, OrdinarySlotsReserved);
        if (status != LogAppendStatus.Appended)
        {
            return status;
        }

        log.NextSequence++;
        log.Append(index, term, new EntrySpot(0, 0, LogFormat.RecordHeaderBytes + payload.Length));
        if (kind == LogFormat.ConfigurationEntryKind)
        {
            log.AddConfiguration(index, payload);
        }

        return status;
    }

    /// <summary>Appends a replica's term, vote and commit index; the last one counts.</summary>
    /// <exception cref="InvariantViolationException">No such group, or it is damaged.</exception>
    public LogAppendStatus AppendHardState(GroupId group, Term term, ReplicaId vote, LogIndex commit)
    {
        var log = FindLive(group);
        var status = AddHardState(log, term, vote, commit, LogRecordOrigin.New);
        if (status == LogAppendStatus.Appended)
        {
            log.SetHardState(term, vote, commit);
        }

        return status;
    }

    /// <summary>A replica is born: its log begins behind a point (0 for an empty one).</summary>
    /// <param name="group">A group without a live or damaged replica here.</param>
    /// <param name="replica">An id that was never used before.</param>
    /// <param name="baseIndex">The point before its first entry.</param>
    /// <param name="baseTerm">The term of that point.</param>
    /// <param name="configuration">The encoded configuration in force there; copied.</param>
    /// <exception cref="InvariantViolationException">The group has a replica, the id is dead, or too long a
    /// configuration.</exception>
    public LogAppendStatus StartGroup(
        GroupId group, ReplicaId replica, LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration)
    {
        Invariant.Require(replica != ReplicaId.None && !IsDead(replica));
        Invariant.Require(!Has(group));
        var log = new GroupLog(group, replica);
        var status = AddStart(log, baseIndex, baseTerm, configuration, LogRecordOrigin.New);
        if (status == LogAppendStatus.Appended)
        {
            log.Restart(baseIndex, baseTerm, configuration);
            Add(log);
        }

        return status;
    }

    /// <summary>An image was installed and is durable: the log restarts behind it. The hard state stays.</summary>
    /// <param name="group">A live, undamaged group.</param>
    /// <param name="baseIndex">The last index that the image holds.</param>
    /// <param name="baseTerm">Its term.</param>
    /// <param name="configuration">The encoded configuration in force there; copied.</param>
    /// <exception cref="InvariantViolationException">No such group, or too long a configuration.</exception>
    public LogAppendStatus RestartGroup(
        GroupId group, LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration)
    {
        var log = FindLive(group);
        var status = AddStart(log, baseIndex, baseTerm, configuration, LogRecordOrigin.Restart);
        if (status == LogAppendStatus.Appended)
        {
            log.Restart(baseIndex, baseTerm, configuration);
        }

        return status;
    }

    /// <summary>
    /// Ends the group's replica, live or damaged: its id is dead for ever, its entries are forgotten.
    /// </summary>
    /// <exception cref="InvariantViolationException">The group has no replica here.</exception>
    public LogAppendStatus EndGroup(GroupId group)
    {
        var log = Find(group);
        var bytesReserved = log.LagBytes > 0 ? 0 : EndBytesReserved;
        if (!HasRoomBesideFacts(_open.PaddedBytesWith(0), bytesReserved))
        {
            return LogAppendStatus.NoSpace;
        }

        var status = TryAdd(NewRecord(log, LogRecordKind.GroupEnd), [], RewriteSlotsReserved);
        if (status == LogAppendStatus.Appended)
        {
            _groups.Remove(group.Value);
            _ordered.Remove(log);
            AddDead(new DeadReplica(group, log.Replica, GroupLog.InOpenBatch));
        }

        return status;
    }

    private GroupLog FindLive(GroupId group)
    {
        var log = Find(group);
        Invariant.Require(!log.IsDamaged);
        return log;
    }

    private void AddDead(DeadReplica dead)
    {
        if (dead.Replica == ReplicaId.None || !_deadIds.Add(dead.Replica.Value))
        {
            return;
        }

        _dead.Add(dead);
        if (_dead.Count > _options.DeadReplicasMax)
        {
            _deadIds.Remove(_dead[0].Replica.Value);
            _dead.RemoveAt(0);
        }
    }

    private static RecordHeader NewRecord(GroupLog log, LogRecordKind kind) => new()
    {
        Group = log.Group,
        Replica = log.Replica,
        Kind = kind,
        Sequence = log.NextSequence,
    };

    private LogAppendStatus AddHardState(
        GroupLog log, Term term, ReplicaId vote, LogIndex commit, LogRecordOrigin origin)
    {
        Span<byte> payload = stackalloc byte[VoteBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, vote.Value);
        var header = NewRecord(log, LogRecordKind.HardState) with { Term = term, Index = commit, Origin = origin };
        return TryAddNumbered(log, header, payload);
    }

    private LogAppendStatus AddStart(
        GroupLog log, LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration, LogRecordOrigin origin)
    {
        Invariant.Require(configuration.Length <= LogFormat.ConfigurationBytesMax);
        var header = NewRecord(log, LogRecordKind.GroupStart);
        header = header with { Index = baseIndex, Term = baseTerm, Origin = origin };
        return TryAddNumbered(log, header, configuration);
    }

    private LogAppendStatus TryAddNumbered(GroupLog log, in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        var isRewrite = header.Origin == LogRecordOrigin.Rewrite || header.Kind == LogRecordKind.Damaged;
        var status = TryAdd(header, payload, isRewrite ? RewriteSlotsReserved : OrdinarySlotsReserved);
        log.NextSequence += status == LogAppendStatus.Appended ? 1UL : 0;
        return status;
    }

    private LogAppendStatus TryAdd(in RecordHeader header, ReadOnlySpan<byte> payload, int slotsReserved)
    {
        if (payload.Length > _options.PayloadBytesMax)
        {
            return LogAppendStatus.TooLarge;
        }

        var paddedBytes = _open.PaddedBytesWith(payload.Length);
        if (paddedBytes > _options.BatchBytesLimit)
        {
            return LogAppendStatus.BatchFull;
        }

        if (!HasRoomFor(paddedBytes, slotsReserved))
        {
            return LogAppendStatus.NoSpace;
        }

        _open.Add(header with { PayloadLength = payload.Length }, payload);
        return LogAppendStatus.Appended;
    }
}
