using System.Buffers.Binary;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <content>Rows to state and back.</content>
public sealed partial class SystemStateMachine
{
    private const byte MetaVersion = 1;

    /// <summary>Makes the machine that a store's rows describe; an empty store is the start.</summary>
    /// <exception cref="InvariantViolationException">The rows are malformed: the replica is rebuilt from a
    /// peer.</exception>
    public static SystemStateMachine Load(IRowStore store, SystemOptions options)
    {
        var machine = new SystemStateMachine(store, options);
        machine.LoadRows();
        return machine;
    }

    /// <inheritdoc/>
    public void WriteCheckpoint()
    {
        var value = _rows.Value;
        value.Clear();
        value.U8(MetaVersion);
        value.VarI64(Applied.Value);
        value.VarI64(LogTime.Value);
        value.VarI64(Routes.Revision.Value);
        value.VarI64(Leases.LastGrant);
        value.U128(_rows.Hash);
        _rows.Put(SystemRows.MetaKey);
    }

    private void LoadRows()
    {
        var revision = CommandNumber.None;
        var hash = UInt128.Zero;
        var lastGrant = 0L;
        if (_rows.TryGet(SystemRows.MetaKey, out var meta))
        {
            var reader = new ByteReader(meta.Span);
            var isKnown = reader.U8() == MetaVersion;
            Applied = new LogIndex(reader.VarI64());
            LogTime = new UnixMs(reader.VarI64());
            revision = new CommandNumber(reader.VarI64());
            lastGrant = reader.VarI64();
            hash = reader.U128();
            Invariant.Require(isKnown && reader.AtEnd);
        }

        LoadRoutes(revision);
        LoadNodes();
        LoadLeases();
        LoadRequests();
        Leases.OnGranted(lastGrant);
        Invariant.Require(_rows.Hash == hash);
    }

    private void LoadRoutes(CommandNumber revision)
    {
        var routes = new List<Route>();
        foreach (var row in _rows.Load(SystemRows.RouteSpace))
        {
            var reader = new ByteReader(row.Value.Span);
            var route = RouteCodec.Read(ref reader);
            Invariant.Require(route is not null && reader.AtEnd);
            routes.Add(route!);
        }

        Routes.Reset(routes, revision);
    }

    private void LoadNodes()
    {
        foreach (var row in _rows.Load(SystemRows.NodeSpace))
        {
            var node = new NodeId(BinaryPrimitives.ReadUInt16BigEndian(row.Key.Span[1..]));
            var reader = new ByteReader(row.Value.Span);
            var name = System.Text.Encoding.UTF8.GetString(reader.Bytes(NodeRecord.NameBytesMax));
            var incarnation = reader.U64();
            var isRetired = reader.Bool();
            Nodes.Put(new NodeRecord(node, name, incarnation, isRetired, new CommandNumber(reader.VarI64())));
            Invariant.Require(reader.AtEnd);
        }
    }

    private void LoadLeases()
    {
        foreach (var row in _rows.Load(SystemRows.LeaseSpace))
        {
            var key = row.Key.Span;
            var isKey = RouteKey.TryDecode(key[1..^10], out var route);
            var node = new NodeId(BinaryPrimitives.ReadUInt16BigEndian(key[^10..]));
            var session = BinaryPrimitives.ReadUInt64BigEndian(key[^8..]);
            var reader = new ByteReader(row.Value.Span);
            Leases.Put(route, new LeaseRecord(node, session, reader.VarInt(), reader.VarInt(), reader.VarInt()));
            Invariant.Require(isKey && reader.AtEnd);
        }
    }

    private void LoadRequests()
    {
        foreach (var row in _rows.Load(SystemRows.RequestSpace))
        {
            var number = new CommandNumber(BinaryPrimitives.ReadInt64BigEndian(row.Key.Span[1..]));
            var reader = new ByteReader(row.Value.Span);
            var id = new RequestId(reader.U128());
            var at = new UnixMs(reader.VarI64());
            var answer = new JobAnswer((ErrorCode)reader.U16(), new CommandNumber(reader.VarI64()))
            {
                IsNew = reader.Bool(),
                UnfinishedCount = reader.VarI64(),
                Offset = new LogIndex(reader.VarI64()),
            };
            Invariant.Require(reader.AtEnd);
            _numberByKey[id.Key] = number;
            _requests[number] = new KnownRequest(id, at, answer);
        }
    }
}
