using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Files;

/// <summary>A file without its name: what the process reads, what is durable, and the writes between them.</summary>
internal sealed class SimInode
{
    private readonly List<Change> _unsynced = [];

    /// <summary>What the process sees.</summary>
    public byte[] Cached { get; private set; } = [];

    /// <summary>What a loss of power leaves for certain.</summary>
    public byte[] Durable { get; private set; } = [];

    public int Length { get; private set; }

    /// <summary>Whether a crash has torn a write.</summary>
    public bool HasTorn { get; set; }

    private int DurableLength { get; set; }

    public ReadOnlySpan<byte> Content => Cached.AsSpan(0, Length);

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        _unsynced.Add(new Change(checked((int)offset), bytes.ToArray(), Length: -1));
        Cached = Put(Cached, (int)offset, bytes);
        Length = Math.Max(Length, (int)offset + bytes.Length);
    }

    public void SetLength(long length)
    {
        var wanted = checked((int)length);
        _unsynced.Add(new Change(0, [], wanted));
        Cached = Cut(Cached, Length, wanted);
        Length = wanted;
    }

    public void Sync()
    {
        foreach (var change in _unsynced)
        {
            MakeDurable(change, change.Bytes.Length);
        }

        _unsynced.Clear();
    }

    /// <summary>Turns the bit at an offset of what is durable and seen.</summary>
    public void Flip(long offset, int bit)
    {
        Cached[offset] ^= (byte)(1 << bit);
        if (offset < DurableLength)
        {
            Durable[offset] ^= (byte)(1 << bit);
        }
    }

    /// <summary>Loses power: of the unsynced writes some survive, as the kind says.</summary>
    /// <returns>How many were lost, wholly or in part, and how many survived.</returns>
    public (int Lost, int Kept) Crash(CrashKind kind, ref SplitMix64 draw, int blockBytes)
    {
        var survived = 0;
        var kept = kind == CrashKind.DropAll ? 0 : (int)draw.Between(0, _unsynced.Count);
        for (var i = 0; i < _unsynced.Count; i++)
        {
            var change = _unsynced[i];
            if (kind == CrashKind.OutOfOrder)
            {
                survived += KeepSomeBlocks(change, ref draw, blockBytes) ? 1 : 0;
            }
            else if (i < kept)
            {
                MakeDurable(change, change.Bytes.Length);
                survived++;
            }
            else if (i == kept && kind == CrashKind.TornTail && change.Length < 0)
            {
                MakeDurable(change, (int)draw.Between(0, change.Bytes.Length));
                HasTorn = true;
            }
        }

        var lost = _unsynced.Count - survived;
        _unsynced.Clear();
        Cached = (byte[])Durable.Clone();
        Length = DurableLength;
        return (lost, survived);
    }

    private bool KeepSomeBlocks(in Change change, ref SplitMix64 draw, int blockBytes)
    {
        if (change.Length >= 0)
        {
            MakeDurable(change, 0);
            return true;
        }

        var isWhole = true;
        for (var at = 0; at < change.Bytes.Length;)
        {
            var length = Math.Min(change.Bytes.Length - at, blockBytes - ((change.Offset + at) % blockBytes));
            if (draw.Between(0, 1) == 0)
            {
                PutDurable(change.Offset + at, change.Bytes.AsSpan(at, length));
            }
            else
            {
                isWhole = false;
            }

            at += length;
        }

        return isWhole;
    }

    private void MakeDurable(in Change change, int length)
    {
        if (change.Length >= 0)
        {
            Durable = Cut(Durable, DurableLength, change.Length);
            DurableLength = change.Length;
            return;
        }

        PutDurable(change.Offset, change.Bytes.AsSpan(0, length));
    }

    private void PutDurable(int offset, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            Durable = Put(Durable, offset, bytes);
            DurableLength = Math.Max(DurableLength, offset + bytes.Length);
        }
    }

    private static byte[] Put(byte[] into, int offset, ReadOnlySpan<byte> bytes)
    {
        if (into.Length < offset + bytes.Length)
        {
            Array.Resize(ref into, Math.Max(offset + bytes.Length, into.Length * 2));
        }

        bytes.CopyTo(into.AsSpan(offset));
        return into;
    }

    private static byte[] Cut(byte[] bytes, int length, int wanted)
    {
        if (bytes.Length < wanted)
        {
            Array.Resize(ref bytes, wanted);
        }

        if (wanted < length)
        {
            bytes.AsSpan(wanted, length - wanted).Clear();
        }

        return bytes;
    }

    private readonly record struct Change(int Offset, byte[] Bytes, int Length);
}
