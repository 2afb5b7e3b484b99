using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Raft;

/// <summary>The binary form of messages and of entries within them. Form: docs/formats/raft-message.md.</summary>
public static class RaftMessageCodec
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    /// <summary>The most entries of one append.</summary>
    public const int EntriesMax = 65_536;

    /// <summary>The largest payload of one entry, in bytes.</summary>
    public const int PayloadBytesMax = 16 * 1024 * 1024;

    private const ulong NumberMax = 1UL << 61;
    private const int ChunkBytesMax = 1024 * 1024;
    private const int ConfigurationBytesMax = 4096;

    /// <summary>Writes a message.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="message">The message.</param>
    /// <param name="log">The sender's log: holds the entries that an append names.</param>
    /// <exception cref="InvariantViolationException">The kind is unknown, or the log does not hold the
    /// entries.</exception>
    public static void Write(ByteWriter writer, in RaftMessage message, RaftLog? log)
    {
        writer.U8(Version);
        writer.U8((byte)message.Kind);
        writer.VarInt(message.Group.Value);
        writer.U64(message.From.Value);
        writer.U64(message.To.Value);
        WriteNumber(writer, message.Term.Value);
        switch (message.Kind)
        {
            case RaftMessageKind.RequestPreVote or RaftMessageKind.RequestVote:
                WritePoint(writer, message);
                writer.Bool(message.IsForced);
                break;
            case RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse:
                writer.Bool(message.IsRejected);
                break;
            case RaftMessageKind.AppendEntries:
                WritePoint(writer, message);
                WriteNumber(writer, message.Commit.Value);
                WriteEntries(writer, message, log);
                break;
            case RaftMessageKind.AppendResponse:
                WriteAppendResponse(writer, message);
                break;
            case RaftMessageKind.Heartbeat:
                WriteNumber(writer, message.Commit.Value);
                WriteNumber(writer, message.ReadRound);
                break;
            case RaftMessageKind.HeartbeatResponse:
                WriteNumber(writer, message.ReadRound);
                WriteNumber(writer, message.Applied.Value);
                break;
            case RaftMessageKind.InstallSnapshot:
                WriteImage(writer, message);
                break;
            case RaftMessageKind.InstallSnapshotResponse:
                writer.U64(message.SnapshotId);
                WriteNumber(writer, message.Offset);
                writer.Bool(message.IsLast);
                break;
            case RaftMessageKind.TimeoutNow:
                break;
            default:
                Invariant.Fail("unknown message kind");
                break;
        }
    }

    /// <summary>Reads the message at a position and moves it behind.</summary>
    /// <param name="bytes">What came; the message refers to it, so it must outlive the message.</param>
    /// <param name="position">Where the message begins; stays there if it is refused.</param>
    /// <param name="message">The message; empty if it is refused.</param>
    /// <returns>False for anything malformed or of a newer version; nothing is thrown.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, ref int position, out RaftMessage message)
    {
        message = default;
        if ((uint)position > (uint)bytes.Length)
        {
            return false;
        }

        var reader = new ByteReader(bytes.Span[position..]);
        if (reader.U8() != Version)
        {
            return false;
        }

        message.Kind = (RaftMessageKind)reader.U8();
        message.Group = new GroupId(reader.VarInt());
        message.From = new ReplicaId(reader.U64());
        message.To = new ReplicaId(reader.U64());
        message.Term = new Term(ReadNumber(ref reader));
        ReadFields(ref reader, ref message, bytes[position..]);
        if (reader.Failed)
        {
            message = default;
            return false;
        }

        position += reader.Position;
        return true;
    }

    /// <summary>Writes one entry as it stands in an append.</summary>
    public static void WriteEntry(ByteWriter writer, in Entry entry)
    {
        WriteNumber(writer, entry.Term.Value);
        writer.U8((byte)entry.Kind);
        writer.Bytes(entry.Payload.Span);
    }

    /// <summary>Reads one entry of an append.</summary>
    /// <returns>False if it is malformed.</returns>
    public static bool TryReadEntry(
        ref ByteReader reader, out Term term, out EntryKind kind, out ReadOnlySpan<byte> payload)
    {
        term = new Term(ReadNumber(ref reader));
        kind = (EntryKind)reader.U8();
        payload = reader.Bytes(PayloadBytesMax);
        var isKnown = kind is EntryKind.Empty or EntryKind.Commands or EntryKind.Configuration;
        return !reader.Failed && isKnown && term.Value > 0;
    }

    private static void WritePoint(ByteWriter writer, in RaftMessage message)
    {
        WriteNumber(writer, message.Index.Value);
        WriteNumber(writer, message.LogTerm.Value);
    }

    private static void WriteNumber(ByteWriter writer, long value)
    {
        Invariant.Require(value >= 0);
        writer.VarU64((ulong)value);
    }

    /// <summary>Reads an index, term or round: none of them comes near the bound in the life of a cluster, and sums of
    /// two of them do not overflow.</summary>
    private static long ReadNumber(ref ByteReader reader)
    {
        var value = reader.VarU64();
        if (value > NumberMax)
        {
            reader.Fail();
            return 0;
        }

        return (long)value;
    }

    private static void WriteEntries(ByteWriter writer, in RaftMessage message, RaftLog? log)
    {
        writer.VarInt(message.EntryCount);
        if (message.EntryCount == 0)
        {
            return;
        }

        var start = writer.Length;
        writer.U32(0);
        if (!message.EntriesBytes.IsEmpty)
        {
            writer.Raw(message.EntriesBytes.Span);
        }
        else
        {
            for (var index = message.EntriesFirst; index <= message.EntriesLast; index += 1)
            {
                Entry entry = default;
                var isThere = log is not null && log.TryGet(index, out entry);
                Invariant.Require(isThere);
                WriteEntry(writer, entry);
            }
        }

        var length = (uint)(writer.Length - start - 4);
        BinaryPrimitives.WriteUInt32LittleEndian(writer.PatchAt(start, 4), length);
    }

    private static void WriteAppendResponse(ByteWriter writer, in RaftMessage message)
    {
        WriteNumber(writer, message.Index.Value);
        writer.Bool(message.IsRejected);
        WriteNumber(writer, message.HintIndex.Value);
        WriteNumber(writer, message.HintTerm.Value);
        WriteNumber(writer, message.Applied.Value);
    }

    private static void WriteImage(ByteWriter writer, in RaftMessage message)
    {
        WritePoint(writer, message);
        writer.U64(message.SnapshotId);
        WriteNumber(writer, message.Offset);
        writer.Bool(message.IsLast);
        writer.Bytes(message.ConfigurationBytes.Span);
        writer.Bytes(message.ChunkBytes.Span);
    }

    private static void ReadFields(ref ByteReader reader, ref RaftMessage message, ReadOnlyMemory<byte> bytes)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.RequestPreVote or RaftMessageKind.RequestVote:
                ReadPoint(ref reader, ref message);
                message.IsForced = reader.Bool();
                break;
            case RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse:
                message.IsRejected = reader.Bool();
                break;
            case RaftMessageKind.AppendEntries:
                ReadPoint(ref reader, ref message);
                message.Commit = new LogIndex(ReadNumber(ref reader));
                ReadEntries(ref reader, ref message, bytes);
                break;
            case RaftMessageKind.AppendResponse:
                message.Index = new LogIndex(ReadNumber(ref reader));
                message.IsRejected = reader.Bool();
                message.HintIndex = new LogIndex(ReadNumber(ref reader));
                message.HintTerm = new Term(ReadNumber(ref reader));
                message.Applied = new LogIndex(ReadNumber(ref reader));
                break;
            case RaftMessageKind.Heartbeat:
                message.Commit = new LogIndex(ReadNumber(ref reader));
                message.ReadRound = ReadNumber(ref reader);
                break;
            case RaftMessageKind.HeartbeatResponse:
                message.ReadRound = ReadNumber(ref reader);
                message.Applied = new LogIndex(ReadNumber(ref reader));
                break;
            case RaftMessageKind.InstallSnapshot:
                ReadImage(ref reader, ref message, bytes);
                break;
            case RaftMessageKind.InstallSnapshotResponse:
                message.SnapshotId = reader.U64();
                message.Offset = ReadNumber(ref reader);
                message.IsLast = reader.Bool();
                break;
            case RaftMessageKind.TimeoutNow:
                break;
            default:
                reader.Fail();
                break;
        }
    }

    private static void ReadPoint(ref ByteReader reader, ref RaftMessage message)
    {
        message.Index = new LogIndex(ReadNumber(ref reader));
        message.LogTerm = new Term(ReadNumber(ref reader));
    }

    private static void ReadEntries(ref ByteReader reader, ref RaftMessage message, ReadOnlyMemory<byte> bytes)
    {
        message.EntryCount = reader.VarInt(EntriesMax);
        message.EntriesFirst = message.Index + 1;
        if (message.EntryCount > 0)
        {
            var length = reader.U32();
            message.EntriesBytes = Slice(ref reader, length, bytes);
        }
    }

    private static void ReadImage(ref ByteReader reader, ref RaftMessage message, ReadOnlyMemory<byte> bytes)
    {
        ReadPoint(ref reader, ref message);
        message.SnapshotId = reader.U64();
        message.Offset = ReadNumber(ref reader);
        message.IsLast = reader.Bool();
        message.ConfigurationBytes = Slice(ref reader, (uint)reader.VarInt(ConfigurationBytesMax), bytes);
        message.ChunkBytes = Slice(ref reader, (uint)reader.VarInt(ChunkBytesMax), bytes);
    }

    private static ReadOnlyMemory<byte> Slice(ref ByteReader reader, uint length, ReadOnlyMemory<byte> bytes)
    {
        if (length > (uint)reader.Remaining)
        {
            reader.Fail();
            return default;
        }

        var start = reader.Position;
        reader.Raw((int)length);
        return bytes.Slice(start, (int)length);
    }
}
