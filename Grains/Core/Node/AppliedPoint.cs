using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>How far a store's rows go, kept in the store itself: written with each checkpoint and image.</summary>
/// <param name="Index">The last applied entry.</param>
/// <param name="Term">Its term.</param>
/// <param name="Configuration">The configuration as of that entry.</param>
public readonly record struct AppliedPoint(LogIndex Index, Term Term, Configuration Configuration)
{
    private const byte Version = 1;

    /// <summary>The row's key: in the space of meta rows, which no other row shares.</summary>
    private static readonly byte[] Key = [0x00, (byte)'@'];

    /// <summary>Writes the point into the store.</summary>
    public void Write(IRowStore store)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.I64(Index.Value);
        writer.I64(Term.Value);
        writer.Bytes(Configuration.Encode());
        store.Put(Key, writer.Written);
    }

    /// <summary>Reads the point of a store.</summary>
    /// <returns>False if the store has none (it is new) or the row is malformed (it is damaged).</returns>
    public static bool TryRead(IRowStore store, out AppliedPoint point)
    {
        point = default;
        if (!store.TryGet(Key, out var value))
        {
            return false;
        }

        var reader = new ByteReader(value.Span);
        var version = reader.U8();
        var index = new LogIndex(reader.I64());
        var term = new Term(reader.I64());
        var encoded = reader.Bytes();
        if (version != Version || !reader.AtEnd || !Configuration.TryDecode(encoded, out var configuration))
        {
            return false;
        }

        point = new AppliedPoint(index, term, configuration);
        return true;
    }
}
