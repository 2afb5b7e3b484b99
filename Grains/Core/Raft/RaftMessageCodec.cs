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

    private const int ChunkBytesMax = 1024 * 1024;
    private const int ConfigurationBytesMax = 4096;

    /// <summary>Writes a message.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="message">The message.</param>
    /// <param name="log">The sender's log: holds the entries that an append names.</param>
    public static void Write(ByteWriter writer, in RaftMessage message, RaftLog log)
    {
        writer.U8(Version);
        writer.U8((byte)message.Kind);
        writer.VarInt(message.Group.Value);
        writer.U64(message.From.Value);
        writer.U64(message.To.Value);
        writer.VarI64(message.Term.Value);
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
                writer.VarI64(message.Commit.Value);
                WriteEntries(writer, message, log);
                break;
            case RaftMessageKind.AppendResponse:
                WriteAppendResponse(writer, message);
                break;
            case RaftMessageKind.Heartbeat:
                writer.VarI64(message.Commit.Value);
                writer.VarI64(message.ReadRound);
                break;
            case RaftMessageKind.HeartbeatResponse:
                writer.VarI64(message.ReadRound);
                writer.VarI64(message.Applied.Value);
                break;
            case RaftMessageKind.InstallSnapshot:
                WriteImage(writer, message);
                break;
            case RaftMessageKind.InstallSnapshotResponse:
                writer.U64(message.SnapshotId);
                writer.VarI64(message.Offset);
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
        message.Term = new Term(reader.VarI64());
        ReadFields(ref reader, ref message, bytes[position..]);
        position += reader.Position;
        return !reader.Failed && message.Term.Value >= 0 && message.Index.Value >= 0;
    }

    /// <summary>Writes one entry as it stands in an append.</summary>
    public static void WriteEntry(ByteWriter writer, in Entry entry)
    {
        writer.VarI64(entry.Term.Value);
        writer.U8((byte)entry.Kind);
        writer.Bytes(entry.Payload.Span);
    }

    /// <summary>Reads one entry of an append.</summary>
    /// <returns>False if it is malformed.</returns>
    public static bool TryReadEntry(ref ByteReader reader, out Term term, out EntryKind kind, out ReadOnlySpan<byte> payload)
    {
        term = new Term(reader.VarI64());
        kind = (EntryKind)reader.U8();
        payload = reader.Bytes(PayloadBytesMax);
        var isKnown = kind is EntryKind.Empty or EntryKind.Commands or EntryKind.Configuration;
        return !reader.Failed && isKnown && term.Value > 0;
    }

    private static void WritePoint(ByteWriter writer, in RaftMessage message)
    {
        writer.VarI64(message.Index.Value);
        writer.VarI64(message.LogTerm.Value);
    }

    private static void WriteEntries(ByteWriter writer, in RaftMessage message, RaftLog log)
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
                var isThere = log.TryGet(index, out var entry);
                Invariant.Require(isThere);
                WriteEntry(writer, entry);
            }
        }

        var length = (uint)(writer.Length - start - 4);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(writer.PatchAt(start, 4), length);
    }

    private static void WriteAppendResponse(ByteWriter writer, in RaftMessage message)
    {
        writer.VarI64(message.Index.Value);
        writer.Bool(message.IsRejected);
        writer.VarI64(message.HintIndex.Value);
        writer.VarI64(message.HintTerm.Value);
        writer.VarI64(message.Applied.Value);
    }

    private static void WriteImage(ByteWriter writer, in RaftMessage message)
    {
        WritePoint(writer, message);
        writer.U64(message.SnapshotId);
        writer.VarI64(message.Offset);
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
                message.Commit = new LogIndex(reader.VarI64());
                ReadEntries(ref reader, ref message, bytes);
                break;
            case RaftMessageKind.AppendResponse:
                message.Index = new LogIndex(reader.VarI64());
                message.IsRejected = reader.Bool();
                message.HintIndex = new LogIndex(reader.VarI64());
                message.HintTerm = new Term(reader.VarI64());
                message.Applied = new LogIndex(reader.VarI64());
                break;
            case RaftMessageKind.Heartbeat:
                message.Commit = new LogIndex(reader.VarI64());
                message.ReadRound = reader.VarI64();
                break;
            case RaftMessageKind.HeartbeatResponse:
                message.ReadRound = reader.VarI64();
                message.Applied = new LogIndex(reader.VarI64());
                break;
            case RaftMessageKind.InstallSnapshot:
                ReadImage(ref reader, ref message, bytes);
                break;
            case RaftMessageKind.InstallSnapshotResponse:
                message.SnapshotId = reader.U64();
                message.Offset = reader.VarI64();
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
        message.Index = new LogIndex(reader.VarI64());
        message.LogTerm = new Term(reader.VarI64());
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
        message.Offset = reader.VarI64();
        message.IsLast = reader.Bool();
        message.ConfigurationBytes = Slice(ref reader, (uint)reader.VarInt(ConfigurationBytesMax), bytes);
        message.ChunkBytes = Slice(ref reader, (uint)reader.VarInt(ChunkBytesMax), bytes);
        if (message.Offset < 0)
        {
            reader.Fail();
        }
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
