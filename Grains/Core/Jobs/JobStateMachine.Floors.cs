using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <content>Due rows, floors, backlogs, fences, and what the meta row holds.</content>
public sealed partial class JobStateMachine
{
    private const byte MetaVersion = 1;
    private const int CountMax = 10_000_000;
    private readonly DueInserts _inserts = new();
    private readonly Dictionary<RouteKey, CommandNumber> _fences = [];

    /// <summary>Delivered, cancelled and expired jobs that ended before are gone; whole minutes.</summary>
    public UnixMs FinishedFloor { get; private set; }

    /// <summary>Dead and unknown jobs that ended before are gone; whole minutes.</summary>
    public UnixMs DeadFloor { get; private set; }

    /// <summary>An insert below the floor lowers it.</summary>
    private void NoteDue(UnixMs due)
    {
        DueFloor = due < DueFloor ? due : DueFloor;
        _inserts.Add(Applied, due);
    }

    private JobAnswer AdvanceDueFloor(JobCommand command)
    {
        var isLate = _inserts.HasInsertBelow(command.Floor, command.AsOf);
        if (command.Floor <= DueFloor || isLate || command.AsOf >= Applied)
        {
            return new JobAnswer(ErrorCode.VersionMismatch);
        }

        DueFloor = command.Floor;
        return new JobAnswer(ErrorCode.None) { Offset = _number.Index };
    }

    private JobAnswer AdvanceFinishedFloor(JobCommand command)
    {
        var floor = WholeMinute(command.Floor);
        var deadFloor = WholeMinute(command.DeadFloor);
        FinishedFloor = floor > FinishedFloor ? floor : FinishedFloor;
        DeadFloor = deadFloor > DeadFloor ? deadFloor : DeadFloor;
        _done.DropBelow(FinishedFloor.Value / MinuteMs);
        _kept.DropBelow(DeadFloor.Value / MinuteMs);
        return new JobAnswer(ErrorCode.None) { Offset = _number.Index };
    }

    /// <summary>Floors never reach into the minute that log time is in: its jobs may still be ending.</summary>
    private UnixMs WholeMinute(UnixMs floor)
    {
        var bounded = Math.Min(floor.Value, LogTime.Value);
        return new UnixMs(Math.Max(0, bounded) / MinuteMs * MinuteMs);
    }

    private JobAnswer Refile(JobCommand command)
    {
        var row = Find(command.Key);
        if (!IsWaiting(command, row) || row!.InBacklog == command.Flag)
        {
            return new JobAnswer(ErrorCode.VersionMismatch);
        }

        var next = row with { InBacklog = command.Flag };
        if (!command.Flag)
        {
            NoteDue(row.Due);
        }

        PutRow(command.Key, row, next);
        EmitArmed(command.Key, next);
        return new JobAnswer(ErrorCode.None, row.Version, row.State) { Offset = _number.Index };
    }

    private JobAnswer FenceRoute(JobCommand command)
    {
        var isKnown = _fences.TryGetValue(command.Route, out var fence);
        if (!isKnown && _fences.Count >= _options.RoutesMax)
        {
            return new JobAnswer(ErrorCode.VNodeFull);
        }

        _fences[command.Route] = command.RouteRevision > fence ? command.RouteRevision : fence;
        var count = UnfinishedByRoute(command.Route);
        return new JobAnswer(ErrorCode.None) { Offset = _number.Index, UnfinishedCount = count };
    }

    private byte[] EncodeMeta()
    {
        var writer = new ByteWriter(1024);
        writer.U8(MetaVersion);
        writer.I64(Applied.Value);
        writer.I64(LogTime.Value);
        writer.I64(DueFloor.Value);
        writer.I64(FinishedFloor.Value);
        writer.I64(DeadFloor.Value);
        writer.I64(LiveCount);
        writer.I64(_liveBytes);
        writer.U128(_liveHash);
        _done.Write(writer);
        _kept.Write(writer);
        _inserts.Write(writer);
        WriteRoutes(writer);
        WriteFences(writer);
        var claims = SortedClaims();
        writer.VarInt(claims.Count);
        claims.ForEach(claim => claim.Write(writer));
        return writer.Written.ToArray();
    }

    private void WriteRoutes(ByteWriter writer)
    {
        writer.VarInt(_routes.Count);
        foreach (var route in Sorted(_routes.Keys))
        {
            writer.Bytes(route.Bytes);
            writer.VarI64(_routes[route].Unfinished);
            writer.VarI64(_routes[route].InBacklog);
        }
    }

    private void WriteFences(ByteWriter writer)
    {
        writer.VarInt(_fences.Count);
        foreach (var route in Sorted(_fences.Keys))
        {
            writer.Bytes(route.Bytes);
            writer.VarI64(_fences[route].Value);
        }
    }

    private void ReadMeta(ReadOnlySpan<byte> meta)
    {
        var reader = new ByteReader(meta);
        Invariant.Require(reader.U8() == MetaVersion);
        Applied = new LogIndex(reader.I64());
        LogTime = new UnixMs(reader.I64());
        DueFloor = new UnixMs(reader.I64());
        FinishedFloor = new UnixMs(reader.I64());
        DeadFloor = new UnixMs(reader.I64());
        LiveCount = reader.I64();
        _liveBytes = reader.I64();
        _liveHash = reader.U128();
        _done.Read(ref reader);
        _kept.Read(ref reader);
        _inserts.Read(ref reader);
        for (var count = reader.VarInt(CountMax); count > 0 && !reader.Failed; count--)
        {
            _routes[reader.Route()] = new RouteCounts(reader.VarI64(), reader.VarI64());
        }

        for (var count = reader.VarInt(CountMax); count > 0 && !reader.Failed; count--)
        {
            _fences[reader.Route()] = reader.Number();
        }

        for (var count = reader.VarInt(CountMax); count > 0 && !reader.Failed; count--)
        {
            if (OpenClaim.Read(ref reader) is { } claim)
            {
                PutClaim(claim);
            }
        }

        Invariant.Require(reader.AtEnd);
    }

    private static List<RouteKey> Sorted(IEnumerable<RouteKey> routes)
    {
        var sorted = new List<RouteKey>(routes);
        sorted.Sort();
        return sorted;
    }

    private List<OpenClaim> SortedClaims()
    {
        var claims = new List<OpenClaim>(_claims.Values);
        claims.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return claims;
    }
}
