using System.Buffers.Binary;
using System.IO.Hashing;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.SystemGroup;

/// <summary>The rows of the system group, with the sum of their hashes. Form: docs/formats/system.md.</summary>
internal sealed class SystemRows(IRowStore store)
{
    public const byte MetaSpace = 0x00;
    public const byte RouteSpace = 0x01;
    public const byte NodeSpace = 0x02;
    public const byte LeaseSpace = 0x03;
    public const byte RequestSpace = 0x04;
    private const int ScanRowsMax = 1_024;
    private readonly ByteWriter _key = new();

    /// <summary>The sum of the hashes of all rows but the meta row.</summary>
    public UInt128 Hash { get; private set; }

    public ByteWriter Value { get; } = new();

    /// <summary>Writes what is in <see cref="Value"/> under a key.</summary>
    public void Put(ReadOnlySpan<byte> key)
    {
        Forget(key);
        store.Put(key, Value.Written);
        Hash = key[0] == MetaSpace ? Hash : unchecked(Hash + HashOf(key, Value.Written));
    }

    public void Delete(ReadOnlySpan<byte> key)
    {
        Forget(key);
        store.Delete(key);
    }

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) => store.TryGet(key, out value);

    /// <summary>Reads all rows of a space and adds them to the hash: once, at the load.</summary>
    public List<StoredRow> Load(byte space)
    {
        var rows = new List<StoredRow>();
        byte[] from = [space];
        byte[] end = [(byte)(space + 1)];
        int before;
        do
        {
            before = rows.Count;
            store.Scan(from, end, ScanRowsMax, rows);
            from = rows.Count == 0 ? from : [.. rows[^1].Key.Span, 0];
        }
        while (rows.Count - before == ScanRowsMax);

        foreach (var row in rows)
        {
            Hash = unchecked(Hash + HashOf(row.Key.Span, row.Value.Span));
        }

        return rows;
    }

    public static ReadOnlySpan<byte> MetaKey => [MetaSpace];

    public ReadOnlySpan<byte> RouteKeyOf(RouteKey route)
    {
        Begin(RouteSpace);
        _key.Raw(route.Bytes);
        return _key.Written;
    }

    public ReadOnlySpan<byte> NodeKeyOf(NodeId node)
    {
        Begin(NodeSpace);
        BinaryPrimitives.WriteUInt16BigEndian(_key.Reserve(2), (ushort)node.Value);
        return _key.Written;
    }

    /// <summary>
    /// A lease's key ends with 10 bytes of fixed length, so that the route's key before them is clear.
    /// </summary>
    public ReadOnlySpan<byte> LeaseKeyOf(RouteKey route, NodeId node, ulong session)
    {
        Begin(LeaseSpace);
        _key.Raw(route.Bytes);
        BinaryPrimitives.WriteUInt16BigEndian(_key.Reserve(2), (ushort)node.Value);
        BinaryPrimitives.WriteUInt64BigEndian(_key.Reserve(8), session);
        return _key.Written;
    }

    public ReadOnlySpan<byte> RequestKeyOf(CommandNumber number)
    {
        Begin(RequestSpace);
        BinaryPrimitives.WriteInt64BigEndian(_key.Reserve(8), number.Value);
        return _key.Written;
    }

    private void Begin(byte space)
    {
        _key.Clear();
        _key.U8(space);
    }

    private void Forget(ReadOnlySpan<byte> key)
    {
        var isHashed = key[0] != MetaSpace && store.TryGet(key, out _);
        if (isHashed && store.TryGet(key, out var old))
        {
            Hash = unchecked(Hash - HashOf(key, old.Span));
        }
    }

    private static UInt128 HashOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var hash = new XxHash128();
        hash.Append([(byte)key.Length, (byte)(key.Length >> 8)]);
        hash.Append(key);
        hash.Append(value);
        return hash.GetCurrentHashAsUInt128();
    }
}
