using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Engine;

/// <summary>Which of the two streams to a peer a batch travels on: control never waits behind data.</summary>
public enum Lane : byte
{
    /// <summary>Votes, heartbeats and answers.</summary>
    Control = 1,

    /// <summary>Entries and parts of images.</summary>
    Data = 2,
}

/// <summary>What every batch to a peer says of its sender.</summary>
/// <param name="From">The sending node.</param>
/// <param name="To">The node meant.</param>
/// <param name="Lane">The stream.</param>
/// <param name="Session">A number of the sender's process life; byte counts begin anew with it.</param>
/// <param name="SentBytes">Data bytes sent to this peer in the session, this batch included.</param>
/// <param name="SeenSession">The receiver's session that <paramref name="SeenBytes"/> speaks of.</param>
/// <param name="SeenBytes">The highest <paramref name="SentBytes"/> seen from the receiver.</param>
/// <param name="DueNow">The sender's due clock.</param>
/// <param name="IsStorageFull">Whether the sender's disk takes no new work.</param>
/// <remarks>Form: docs/formats/peer-batch.md. The batch ends with a CRC32C of all before it.</remarks>
public readonly record struct PeerBatchHeader(
    NodeId From,
    NodeId To,
    Lane Lane,
    ulong Session,
    long SentBytes,
    ulong SeenSession,
    long SeenBytes,
    UnixMs DueNow,
    bool IsStorageFull)
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    /// <summary>The bytes of a header; always the same so that it can be filled in last.</summary>
    public const int Bytes = 1 + 1 + 2 + 2 + 8 + 8 + 8 + 8 + 8 + 1;

    /// <summary>The bytes of the checksum at the end.</summary>
    public const int TrailerBytes = 4;

    /// <summary>Writes the header.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(Version);
        writer.U8((byte)Lane);
        writer.U16((ushort)From.Value);
        writer.U16((ushort)To.Value);
        writer.U64(Session);
        writer.I64(SentBytes);
        writer.U64(SeenSession);
        writer.I64(SeenBytes);
        writer.I64(DueNow.Value);
        writer.Bool(IsStorageFull);
    }

    /// <summary>Reads the header of a batch whose checksum holds.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> for a newer version,
    /// or <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> batch, out PeerBatchHeader header)
    {
        header = default;
        if (batch.Length < Bytes + TrailerBytes)
        {
            return ErrorCode.MalformedFormat;
        }

        var body = batch[..^TrailerBytes];
        var trailer = new ByteReader(batch[^TrailerBytes..]);
        if (trailer.U32() != Crc32C.Of(body))
        {
            return ErrorCode.MalformedFormat;
        }

        var reader = new ByteReader(body);
        if (reader.U8() != Version)
        {
            return ErrorCode.UnsupportedFormat;
        }

        header = ReadFields(ref reader);
        var isKnownLane = header.Lane is Lane.Control or Lane.Data;
        return reader.Failed || !isKnownLane ? ErrorCode.MalformedFormat : ErrorCode.None;
    }

    private static PeerBatchHeader ReadFields(ref ByteReader reader)
    {
        var lane = (Lane)reader.U8();
        var from = new NodeId(reader.U16());
        var to = new NodeId(reader.U16());
        var session = reader.U64();
        var sent = reader.I64();
        var seenSession = reader.U64();
        var seen = reader.I64();
        var dueNow = new UnixMs(reader.I64());
        return new PeerBatchHeader(from, to, lane, session, sent, seenSession, seen, dueNow, reader.Bool());
    }
}
