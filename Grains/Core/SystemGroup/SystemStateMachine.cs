using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>
/// What the system group replicates: routes, nodes and leases. Its state is small and kept in memory; every change is
/// written to a row as well, so that the rows with their meta row are a checkpoint.
/// </summary>
public sealed partial class SystemStateMachine : IStateMachine
{
    private readonly SystemOptions _options;
    private readonly SystemRows _rows;

    private SystemStateMachine(IRowStore store, SystemOptions options)
    {
        _options = options;
        _rows = new SystemRows(store);
    }

    /// <inheritdoc/>
    public LogIndex Applied { get; private set; }

    /// <summary>The newest time in the log.</summary>
    public UnixMs LogTime { get; private set; }

    /// <summary>The routes.</summary>
    public RouteTable Routes { get; } = new();

    /// <summary>The nodes.</summary>
    public NodeRegistry Nodes { get; } = new();

    /// <summary>The leases.</summary>
    public LeaseBook Leases { get; } = new();

    /// <inheritdoc/>
    public UInt128 ContentHash
    {
        get
        {
            var meta = new ByteWriter();
            meta.I64(LogTime.Value);
            meta.I64(Routes.Revision.Value);
            meta.I64(Leases.LastGrant);
            return unchecked(_rows.Hash + System.IO.Hashing.XxHash128.HashToUInt128(meta.Written));
        }
    }

    /// <inheritdoc/>
    public void Apply(LogIndex index, Term term, EntryKind kind, ReadOnlyMemory<byte> payload, ApplyOutput output)
    {
        Invariant.Require(index == Applied + 1);
        Applied = index;
        if (kind != EntryKind.Commands)
        {
            return;
        }

        var code = SystemCommandCodec.TryDecode(payload.Span, out var commands);
        Invariant.Require(code == ErrorCode.None);
        for (var position = 0; position < commands.Count; position++)
        {
            var number = CommandNumber.At(index, position);
            output.Answers.Add(new CommandAnswer(position, Execute(commands[position], number)));
        }
    }

    private JobAnswer Execute(SystemCommand command, CommandNumber number)
    {
        LogTime = command.Time > LogTime ? command.Time : LogTime;
        var settlesDelete = command.Kind is SystemCommandKind.FinishRouteDelete or SystemCommandKind.UndoRouteDelete;
        if (!settlesDelete && TryRepeat(command.RequestId, out var earlier))
        {
            return earlier;
        }

        if (!settlesDelete && IsRequestsFull(command))
        {
            return new JobAnswer(ErrorCode.TooManyRequests);
        }

        var answer = Dispatch(command, number) with { Offset = number.Index };
        Remember(command.RequestId, number, answer);
        return answer;
    }

    private JobAnswer Dispatch(SystemCommand command, CommandNumber number)
    {
        switch (command.Kind)
        {
            case SystemCommandKind.PutRoute:
                return PutRoute(command, number);
            case SystemCommandKind.MarkRouteDeleting:
                return MarkDeleting(command, number);
            case SystemCommandKind.FinishRouteDelete:
                return FinishDelete(command, number);
            case SystemCommandKind.UndoRouteDelete:
                return UndoDelete(command, number);
            case SystemCommandKind.PauseRoute:
                return SetPaused(command, number, isPaused: true);
            case SystemCommandKind.ResumeRoute:
                return SetPaused(command, number, isPaused: false);
            case SystemCommandKind.AdmitNode:
                return AdmitNode(command, number);
            case SystemCommandKind.RetireNode:
                return RetireNode(command);
            case SystemCommandKind.GrantLeases:
                return GrantLeases(command);
            default:
                Invariant.Fail("unknown command kind");
                return default;
        }
    }
}
