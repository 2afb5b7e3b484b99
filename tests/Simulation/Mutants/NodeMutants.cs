namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of what binds a node together: replicas, answers, the router, routes and leases.</summary>
internal static class NodeMutants
{
    private const string Calls = "NodeCore.Calls.cs";
    private const string Gate = "RouteGate.cs";
    private const string Leases = "RouteGate.Leases.cs";
    private const string Shares = "LeaseGranter.Shares.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("rebuilt-replica-keeps-its-id", "Engine/NodeEngine.cs", "_dead.Add(replica);", "_ = replica;",
            "A damaged replica comes back empty under the id that voted and acknowledged before."),
        new("damaged-checkpoint-opened", "ReplicaRecovery.cs", "if (point.Index < group.BaseIndex)",
            "if (point.Index < group.BaseIndex && point.Index.Value < 0)"),
        new("answered-before-commit", Calls,
            "replica.Proposed.Add(index, Engine.Find(replica.Group)!.Term, replica.BatchTokens);",
            "replica.BatchTokens.ForEach(token => AnswerOne(token, default, now, output));"),
        new("overwritten-proposal-acknowledged", "NodeCore.Turn.cs",
            "AnswerAll(lost, new JobAnswer(ErrorCode.ProposalLost), now, output);",
            "AnswerAll(lost, new JobAnswer(ErrorCode.None), now, output);"),
        new("answer-of-another-entry", "ProposedEntries.cs", "if (entry.Index == index && entry.Term == term)",
            "if (entry.Index == index)", "What another leader wrote at the index answers this node's caller."),
        new("read-before-apply", Calls, "replica.Point.Index < read.ReadIndex)", "read.ReadIndex.Value < 0)"),
        new("router-retries-under-a-new-request-id", "Router.cs", "var asked = request.Request;",
            "var asked = request.Attempts == 1 ? request.Request : request.Request with "
            + "{ RequestId = new RequestId(request.Request.RequestId.Value + (ulong)request.Attempts) };"),
        new("router-guesses-a-refusal", "Router.cs",
            "var mayTakeEffect = !request.IsRead && request.OpenTries.Count > 0;", "var mayTakeEffect = false;",
            "Says unavailable where the request took effect."),
        new("slots-of-a-cut-off-node-given-back-at-once", Shares,
            "var sentBy = offer.OlderOverAt + LeaseTiming.Waited(LeaseTiming.SendWithinMs + record.TimeoutMs);",
            "var sentBy = offer.OlderOverAt;"),
        new("lease-outlives-its-time", Leases, "_hasLease && now < _leaseUntil;", "_hasLease;"),
        new("share-granted-before-its-record", "LeaseGranter.Answers.cs",
            "var slots = Math.Min(target.Slots, bound.Slots);", "var slots = target.Slots;"),
        new("rate-granted-before-its-record", "LeaseGranter.Answers.cs",
            "var rate = Math.Min(target.Rate, bound.Rate);", "var rate = target.Rate;"),
        new("moved-rate-does-not-rest", Shares, "return resting;", "return 0;"),
        new("missed-write-slots-are-saved-up", "WritePacer.cs",
            "_nextNs = Math.Max(_nextNs, Ns(now)) + SpacingNs(share);", "_nextNs += SpacingNs(share);"),
        new("new-granter-does-not-wait", "LeaseGranter.cs", "HolderOf(record.Node, record.Session, now);",
            "HolderOf(record.Node, record.Session, now - (2 * LeaseTiming.LeaseMs));",
            "Leases that its predecessor gave are taken to be over."),
        new("deposed-granter-prolongs-leases", "LeaseGranter.cs", "holder.WaitingSequence = request.Sequence;",
            "(holder.ReadySequence, holder.ReadyAt) = (request.Sequence, now);"),
        new("unconfirmed-routes-claim", Leases, "return _hasConfirmed && now < _confirmedUntil;",
            "return _hasConfirmed;"),
        new("pause-answered-before-it-is-in-force", "NodeCore.System.cs",
            "if (!isHeldKind || !answer.IsOk)", "if (isHeldKind || !answer.IsOk)"),
        new("put-of-a-route-answered-before-it-is-in-force", "NodeCore.System.cs",
            "|| (kind == SystemCommandKind.PutRoute && !answer.IsNew));", ");"),
        new("paused-route-sends", Gate,
            "if (!IsConfirmed(now) || route.IsPaused)\n        {\n            return false;",
            "if (!IsConfirmed(now))\n        {\n            return false;")
        {
            Also = ("TriggerEngine.Admission.cs", "if (route.IsPaused || !queue.Breaker.MayPass(_now))",
                "if (!queue.Breaker.MayPass(_now))"),
        },
    ];
}
