using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The hook in the core's own types: it decodes the committed commands itself.</summary>
public sealed partial class JobChecker
{
    /// <summary>
    /// A vnode's entry of commands was applied: call it only when <c>RaftChecker.Applied</c> says that its index is
    /// new.
    /// </summary>
    /// <param name="group">The vnode's group.</param>
    /// <param name="index">The entry's index.</param>
    /// <param name="term">The entry's term.</param>
    /// <param name="payload">The entry's payload.</param>
    /// <param name="output">What the state machine gave out for this entry alone.</param>
    public void EntryApplied(
        GroupId group, LogIndex index, Term term, ReadOnlyMemory<byte> payload, ApplyOutput output)
    {
        TermApplied(group, term);
        _writingIndex = index;
        if (payload.IsEmpty)
        {
            return;
        }

        if (CommandBatch.TryDecode(payload.Span, out var commands) != ErrorCode.None)
        {
            _violations.Add("format", $"entry {index} of group {group} cannot be decoded");
            return;
        }

        if (output.Answers.Count != commands.Count)
        {
            _violations.Add("format", $"entry {index} of group {group}: {commands.Count} commands, "
                + $"{output.Answers.Count} answers");
            return;
        }

        for (var i = 0; i < commands.Count; i++)
        {
            Committed(group, CommandNumber.At(index, i), term, (commands[i], output.Answers[i].Answer));
        }

        NoteArmed(output);
        CheckDueFloors(group, commands, output);
    }

    /// <summary>An answer as the checkers keep it: of the state machine, or of a router to its client.</summary>
    public static AnswerFact FactOf(in JobAnswer answer) => new()
    {
        Code = answer.Code,
        IsNew = answer.IsNew,
        Version = answer.View?.Version ?? answer.Version,
        Status = (JobStatus)(byte)(answer.View?.State ?? answer.State),
        IsWon = answer.Cancel == CancelResult.Won,
        IsStopped = answer.Cancel == CancelResult.Stopped,
    };

    private void NoteArmed(ApplyOutput output)
    {
        foreach (var effect in output.Effects)
        {
            if (effect.Kind == JobEffectKind.Armed && _keys.TryGetValue(effect.Key.ToString(), out var key))
            {
                key.Armed = (effect.Due.Value, effect.InBacklog);
            }
        }
    }

    /// <summary>A due floor that moved hides no job that waits in the due index.</summary>
    private void CheckDueFloors(GroupId group, IReadOnlyList<JobCommand> commands, ApplyOutput output)
    {
        for (var i = 0; i < commands.Count; i++)
        {
            if (commands[i].Kind == JobCommandKind.AdvanceDueFloor && output.Answers[i].Answer.IsOk)
            {
                CheckDueFloor(group, commands[i].Floor.Value);
            }
        }
    }

    private void CheckDueFloor(GroupId group, long floorMs)
    {
        foreach (var key in _keys.Values)
        {
            var isWaiting = key.Row.Status is JobStatus.Scheduled or JobStatus.Retrying;
            if (key.Group == group && isWaiting && key.Armed is { InBacklog: false } armed && armed.DueMs < floorMs)
            {
                _violations.Add("due-floor", $"{key.Key} waits for {armed.DueMs}, below the due floor {floorMs}");
            }
        }
    }

    private void Committed(GroupId group, CommandNumber number, Term term, (JobCommand Command, JobAnswer Answer) item)
    {
        var (command, answer) = item;
        switch (command.Kind)
        {
            case JobCommandKind.Create or JobCommandKind.Upsert or JobCommandKind.Cancel
                or JobCommandKind.RunNow or JobCommandKind.Redrive:
                CheckFence(group, command, answer);
                ClientCommitted(ClientFactOf(group, number, command, answer));
                break;
            case JobCommandKind.Claim:
                ClaimCommitted(ClaimFactOf(group, number, term, command) with
                {
                    TookEffect = answer.IsOk,
                    EndsForRoute = answer.Code == ErrorCode.RouteDeleted,
                });
                break;
            case JobCommandKind.Outcome:
                OutcomeCommitted(OutcomeFactOf(group, number, command, answer));
                break;
            case JobCommandKind.Expire or JobCommandKind.RouteGone:
                var kind = command.Kind == JobCommandKind.Expire ? JobActionKind.Expire : JobActionKind.RouteGone;
                SystemCommitted(new SystemFact(
                    group, number, command.Key.ToString(), command.Version, kind, answer.IsOk));
                break;
            case JobCommandKind.Refile:
                _reach.Hit(Reach.RefiledToBacklog, answer.IsOk && command.Flag ? 1 : 0);
                break;
            case JobCommandKind.FenceRoute:
                RouteFenced(group, command.Route.ToString(), command.RouteRevision, answer.UnfinishedCount);
                break;
            case JobCommandKind.AdvanceDueFloor or JobCommandKind.AdvanceFinishedFloor:
                // Floors hide only what is long over, later than a run lasts.
                break;
            default:
                throw new InvariantViolationException($"unknown command {command.Kind}");
        }
    }

    private static ClientFact ClientFactOf(
        GroupId group, CommandNumber number, JobCommand command, in JobAnswer answer) => new()
        {
            Group = group,
            Number = number,
            Request = command.RequestId,
            Key = command.Key.ToString(),
            Kind = command.Kind switch
            {
                JobCommandKind.Create => JobActionKind.Create,
                JobCommandKind.Upsert => JobActionKind.Upsert,
                JobCommandKind.Cancel => JobActionKind.Cancel,
                JobCommandKind.RunNow => JobActionKind.RunNow,
                JobCommandKind.Redrive => JobActionKind.Redrive,
                _ => throw new InvariantViolationException($"{command.Kind} is no client's command"),
            },
            Answer = FactOf(answer),
            TimeMs = command.Time.Value,
            Sameness = SamenessOf(command.Sameness),
            IfMatch = command.IfMatch ?? default,
            TriggerMs = command.TriggerTime.Value,
            Route = command.Route.ToString(),
            RouteRevision = command.RouteRevision,
            ExpireAfterMs = command.ExpireAfterMs,
        };

    /// <summary>A request's sameness as the checkers keep it: never 0.</summary>
    public static ulong SamenessOf(UInt128 sameness) => (ulong)sameness | 1;

    private static ClaimFact ClaimFactOf(GroupId group, CommandNumber number, Term term, JobCommand command) => new()
    {
        Group = group,
        Number = number,
        Term = term,
        Key = command.Key.ToString(),
        Version = command.Version,
        TookEffect = true,
        Attempt = command.Attempt,
        Route = command.Route.ToString(),
        RouteRevision = command.RouteRevision,
        IsAtMostOnce = command.Mode == DeliveryMode.AtMostOnce,
        DueMs = command.Due.Value,
        TimeMs = command.Time.Value,
        SendByMs = command.SendBy.Value,
        Supersedes = command.Claim,
        AttemptsMax = command.AttemptsMax,
    };

    private static OutcomeFact OutcomeFactOf(
        GroupId group, CommandNumber number, JobCommand command, in JobAnswer answer) => new()
        {
            Group = group,
            Number = number,
            Key = command.Key.ToString(),
            Version = command.Version,
            Claim = command.Claim,
            Kind = (OutcomeFactKind)(byte)command.Outcome,
            TookEffect = answer.IsOk,
            Result = (JobStatus)(byte)answer.State,
            EndMs = command.At.Value + command.DurationMs,
            NextDueMs = command.Due.Value,
            WroteNothing = command.Flag,
            IsRouteGone = command.Error == AttemptError.RouteDeleted,
        };
}
