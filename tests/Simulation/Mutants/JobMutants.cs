namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of the jobs' state machine.</summary>
internal static class JobMutants
{
    private const string Attempts = "JobStateMachine.Attempts.cs";
    private const string Claims = "TriggerEngine.Claims.cs";
    private const string Floors = "JobStateMachine.Floors.cs";
    private const string Inherited = "TriggerEngine.Inherited.cs";
    private const string Requests = "JobStateMachine.Requests.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("late-outcome-of-an-old-claim", Attempts,
            "if (!_claims.TryGetValue(command.Key, out var claim) || claim.Number != command.Claim)",
            "if (!_claims.TryGetValue(command.Key, out var claim))"),
        new("claim-supersedes-any", Attempts,
            "if (open.Number != command.Claim || open.Mode != DeliveryMode.AtLeastOnce)",
            "if (open.Mode != DeliveryMode.AtLeastOnce)",
            "Leaders do not name the claim that they replace, and nobody asks.")
        {
            Also = (Claims, "        Claim = claim.Supersedes,\n", ""),
        },
        new("at-most-once-superseded", Attempts,
            "if (open.Number != command.Claim || open.Mode != DeliveryMode.AtLeastOnce)",
            "if (open.Number != command.Claim)")
        {
            Also = (Inherited, "else if (claim.Mode == DeliveryMode.AtMostOnce)", "else if (claim.Mode == default)"),
        },
        new("at-most-once-retried", Attempts,
            "var isMaybeSent = claim.Mode == DeliveryMode.AtMostOnce && !command.Flag;",
            "var isMaybeSent = claim.Mode == default && !command.Flag;"),
        new("stopped-job-claimed-again", Attempts,
            "return open.IsStopped ? ErrorCode.Finished : CheckRoute(command, row, open.Attempt);",
            "return CheckRoute(command, row, open.Attempt);")
        {
            Also = (Inherited, "if (claim.IsStopped)", "if (claim.IsStopped && claim.Attempt > 1_000)"),
        },
        new("stopped-job-retried", Attempts,
            "        if (claim.IsStopped)\n        {\n            return JobState.Cancelled;",
            "        if (claim.IsStopped && claim.Attempt > 1_000)\n        {\n            return JobState.Cancelled;"),
        new("released-stopped-job-armed-again", Attempts,
            "        if (claim.IsStopped)\n        {\n            Finish(",
            "        if (claim.IsStopped && claim.Attempt > 1_000)\n        {\n            Finish("),
        new("lost-retry", Attempts,
            "Wait(command.Key, row, next with { State = state, Due = due });",
            "PutRow(command.Key, row, next with { State = state, Due = due, InBacklog = true });"),
        new("reborn-route-sends-older-jobs", Attempts,
            "row.RouteRevision < command.RouteCreated ? ErrorCode.RouteDeleted : CheckNumber(command, attempts);",
            "CheckNumber(command, attempts);"),
        new("expiry-by-local-clock", Attempts,
            "if (!IsWaiting(command, row) || !IsExpired(row!))", "if (!IsWaiting(command, row))",
            "The word of a proposer whose clock is a second ahead is taken instead of the log's time.")
        {
            Also = ("TriggerEngine.Admission.cs", "job.Group.Clock.Now > job.ExpiresAt)",
                "job.Group.Clock.Now + 1_000 > job.ExpiresAt)"),
        },
        new("cancel-wins-in-retrying", Requests,
            "row.State == JobState.Scheduled ? CancelResult.Won",
            "row.State is JobState.Scheduled or JobState.Retrying ? CancelResult.Won"),
        new("upsert-of-a-claimed-job", Requests,
            "=> row.State == JobState.Retrying || _claims.ContainsKey(key);", "=> row.State == JobState.Retrying;"),
        new("upsert-of-a-retrying-job", Requests,
            "=> row.State == JobState.Retrying || _claims.ContainsKey(key);", "=> _claims.ContainsKey(key);"),
        new("repeated-request-takes-effect-again", Requests,
            "if (request.Id == command.RequestId)",
            "if (request.Id == command.RequestId && command.Time < request.Time)"),
        new("two-jobs-share-a-version", "JobStateMachine.cs",
            "_number = CommandNumber.At(index, position);", "_number = CommandNumber.At(index, position / 2);"),
        new("due-floor-past-a-late-insert", Floors,
            "if (command.Floor <= DueFloor || isLate || command.AsOf >= Applied)",
            "if (command.Floor <= DueFloor || command.AsOf >= Applied)"),
        new("insert-below-the-floor-keeps-it", Floors,
            "DueFloor = due < DueFloor ? due : DueFloor;", "_ = due;"),
        new("snapshot-without-claims", Floors,
            "writer.VarInt(claims.Count);\n        claims.ForEach(claim => claim.Write(writer));", "writer.VarInt(0);"),
        new("replay-over-a-newer-tree", Floors,
            "Applied = new LogIndex(reader.I64());", "Applied = new LogIndex(reader.I64() - 1);"),
        new("non-deterministic-apply", Requests,
            "CreatedAt = LogTime,", "CreatedAt = LogTime + (_store.GetHashCode() & 1),"),
    ];
}
