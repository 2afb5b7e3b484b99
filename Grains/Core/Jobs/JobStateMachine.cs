using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// The state machine of a vnode: applies commands to job rows, due rows and claims. Deterministic: same entries, same
/// rows, answers and effects on every replica. It alone writes jobs.
/// </summary>
public sealed partial class JobStateMachine : IStateMachine, IJobReader
{
    private readonly IRowStore _store;
    private readonly JobOptions _options;
    private ApplyOutput _output = new();
    private CommandNumber _number;

    private JobStateMachine(IRowStore store, JobOptions options)
    {
        _store = store;
        _options = options;
    }

    /// <inheritdoc cref="IStateMachine.Applied"/>
    public LogIndex Applied { get; private set; }

    /// <inheritdoc/>
    public UnixMs LogTime { get; private set; }

    /// <inheritdoc/>
    public UnixMs DueFloor { get; private set; }

    /// <summary>Opens the state over the rows of a store: new, or as of a checkpoint or image.</summary>
    /// <exception cref="InvariantViolationException">The meta row is malformed: the store is damaged.</exception>
    public static JobStateMachine Load(IRowStore store, JobOptions options)
    {
        var machine = new JobStateMachine(store, options);
        if (store.TryGet(RowKeys.Meta, out var meta))
        {
            machine.ReadMeta(meta.Span);
        }

        return machine;
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

        var error = CommandBatch.TryDecode(payload, out var commands);
        Invariant.Require(error == ErrorCode.None);
        _output = output;
        for (var position = 0; position < commands.Count; position++)
        {
            _number = CommandNumber.At(index, position);
            output.Answers.Add(new CommandAnswer(position, ApplyOne(commands[position])));
        }
    }

    /// <inheritdoc/>
    public void WriteCheckpoint() => _store.Put(RowKeys.Meta, EncodeMeta());

    private JobAnswer ApplyOne(JobCommand command)
    {
        LogTime = command.Time > LogTime ? command.Time : LogTime;
        switch (command.Kind)
        {
            case JobCommandKind.Create:
                return Create(command);
            case JobCommandKind.Upsert:
                return Upsert(command);
            case JobCommandKind.Cancel:
                return Cancel(command);
            case JobCommandKind.RunNow:
                return RunNow(command);
            case JobCommandKind.Redrive:
                return Redrive(command);
            case JobCommandKind.Claim:
                return Claim(command);
            case JobCommandKind.Outcome:
                return Resolve(command);
            case JobCommandKind.Expire:
                return Expire(command);
            case JobCommandKind.RouteGone:
                return EndForRoute(command);
            case JobCommandKind.Refile:
                return Refile(command);
            case JobCommandKind.AdvanceDueFloor:
                return AdvanceDueFloor(command);
            case JobCommandKind.AdvanceFinishedFloor:
                return AdvanceFinishedFloor(command);
            case JobCommandKind.FenceRoute:
                return FenceRoute(command);
            default:
                Invariant.Fail("unknown command kind");
                return default;
        }
    }

    private void Emit(in JobEffect effect) => _output.Effects.Add(effect);

    private void EmitArmed(JobKey key, JobRow row) => Emit(new JobEffect
    {
        Kind = JobEffectKind.Armed,
        Key = key,
        Version = row.Version,
        Due = row.Due,
        Route = row.Route,
        Mode = row.Mode,
        ExpiresAt = row.ExpiresAt,
        InBacklog = row.InBacklog,
        AttemptCount = row.AttemptCount,
        TriggerTime = row.TriggerTime,
    });

    private void EmitDisarmed(JobKey key, JobRow row) => Emit(new JobEffect
    {
        Kind = JobEffectKind.Disarmed,
        Key = key,
        Version = row.Version,
        Due = row.Due,
        Route = row.Route,
    });
}
