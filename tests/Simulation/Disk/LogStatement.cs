using System.Buffers.Binary;

namespace TimeMachine.Simulation.Disk;

/// <summary>What a write to a node's log says of itself and of what is synced: see docs/formats/node-log.md.</summary>
/// <param name="Epoch">The epoch of the segment that it is in; 0 if it is no part of a node's log.</param>
/// <param name="SyncedEpoch">The epoch of the last batch known to be synced; 0 for none.</param>
/// <param name="SyncedOffset">Where that one ends.</param>
internal readonly record struct LogStatement(uint Epoch, uint SyncedEpoch, uint SyncedOffset)
{
    private const int HeaderBytes = 64;

    /// <summary>Whether the write is no part of a node's log.</summary>
    public bool IsNone => Epoch == 0;

    /// <summary>Reads it from the bytes of a write.</summary>
    public static LogStatement Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
        {
            return default;
        }

        if (bytes[1..4].SequenceEqual("TMB"u8))
        {
            return new LogStatement(U32(bytes, 4), U32(bytes, 36), U32(bytes, 40));
        }

        return bytes[1..8].SequenceEqual("TMNLSEG"u8) ? new LogStatement(U32(bytes, 16), 0, 0) : default;
    }

    /// <summary>Whether it states that a write is synced.</summary>
    /// <param name="write">What that one says of itself.</param>
    /// <param name="end">Where that one ends in its segment.</param>
    public bool Covers(in LogStatement write, int end) =>
        SyncedEpoch > write.Epoch || (SyncedEpoch == write.Epoch && SyncedOffset >= end);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
