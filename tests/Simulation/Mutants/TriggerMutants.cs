namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of triggering: due clock, wheel, sweep, claims, sends, handover.</summary>
internal static class TriggerMutants
{
    private const string Arming = "TriggerEngine.Arming.cs";
    private const string Claims = "TriggerEngine.Claims.cs";
    private const string Effects = "TriggerEngine.Effects.cs";
    private const string Inherited = "TriggerEngine.Inherited.cs";
    private const string Sends = "TriggerEngine.Sends.cs";
    private const string Sweep = "TriggerEngine.Sweep.cs";
    private const string Node = "NodeCore.Triggering.cs";

    private const string Lead = "var isStillLeader = core is not null && core.IsLeaderConfirmed(now)\n"
        + "            && Find(group)!.ArmedTerm == core.Term;";

    private const string StepRule = "if (!_isSet || isSmall || IsMajorityNear(wall, mono))";
    private const string Median = "now = new UnixMs(LowerMedian(clocks[..count]));";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("claim-skipped", Claims, "Post(group, CommandOf(claim, group.Clock.Now), claim);",
            "Commit(claim, new JobEffect { Kind = JobEffectKind.Claimed, Key = claim.Key, Version = claim.Version, "
            + "Claim = claim.Version, TriggerTime = claim.Due });",
            "The job is sent without a claim in the log."),
        new("claims-before-admission", "RouteGate.cs",
            "if (!HasSlot(route, use, now) || !HasWriteSlotSoon(route, use, now))\n        {\n            OnStarved",
            "if (use.InUse < 0)\n        {\n            OnStarved",
            "Jobs are claimed whether or not their route has a slot."),
        new("send-after-lost-leadership", Node, Lead, "var isStillLeader = core is not null;"),
        new("claim-not-fenced-by-term", Node, Lead, "var isStillLeader = core is not null;",
            "A deposed leader goes on with the claims of its term.")
        {
            Also = (Node, "&& (change.Role != RaftRole.Leader || change.Term != replica.ArmedTerm))",
                "&& change.Role == RaftRole.Leader && change.Term != replica.ArmedTerm)"),
        },
        new("armed-before-its-own-entry", Node, "core.Role == RaftRole.Leader && replica.Point.Term == core.Term;",
            "core.Role == RaftRole.Leader;"),
        new("sent-at-its-claim-not-at-its-due", Claims,
            "var waitMs = Math.Max(0, claim.Due - claim.Group.Clock.Now);", "var waitMs = 0;")
        {
            Also = (Sends, "return time >= claim.Due;", "return time >= claim.Due - 20;"),
        },
        new("inherited-claim-sent-before-its-time", Inherited, "view.Key, view.Version, view.Due, view.Route,",
            "view.Key, view.Version, claim.Group.Clock.Now, view.Route,"),
        new("inherited-claim-sent-without-a-new-one", Inherited,
            "                AddClaim(claim);\n                group.ClaimsByNumber.Add(claim.Number, claim);\n",
            """
                            if (_routes.TryGet(view.Route, out var route) && _gate.TryReserve(route, _now))
                            {
                                claim = new ClaimRecord
                                {
                                    Group = group, Key = view.Key, Version = view.Version, Attempt = view.Attempt,
                                    Mode = view.Mode, Due = view.Due, Stage = ClaimStage.Ready, Number = view.Number,
                                    Route = route, Queue = QueueOf(route.Key), SendDeadline = _now + 1_000,
                                };
                                TakeSlot(claim);
                                SendAgain(claim, 1);
                            }

                            AddClaim(claim);
                            group.ClaimsByNumber.Add(claim.Number, claim);

            """),
        new("inherited-at-most-once-sent-again", Inherited, "else if (claim.Mode == DeliveryMode.AtMostOnce)",
            "else if (claim.Mode == default)", "The state machine refuses: the job never ends."),
        new("refused-send-keeps-its-slot", Sends, "Resolve(claim, OutcomeOf(claim, OutcomeKind.Release));",
            "claim.HoldsGate = false;\n        Resolve(claim, OutcomeOf(claim, OutcomeKind.Release));"),
        new("refused-claim-forgets-its-job", Effects,
            "WaitAgain(claim, isKnown: claim.IsRearmed || effect.Code == ErrorCode.Overloaded);", "",
            "Vnodes take few claims at a time, so that some are refused.")
        {
            Also = ("JobStateMachine.Attempts.cs", "_claims.Count < _options.ClaimsMax;", "_claims.Count < 2;"),
        },
        new("armed-effect-lost", Effects, "            Arm(group, job);", "            _ = job;",
            "Only the sweep finds what was created inside the window.")
        {
            Rule = "wheel-missed",
        },
        new("lost-wake-up", "TriggerWheel.cs", "                due.Add(id);",
            "                if (id % 8 != 3)\n                {\n                    due.Add(id);\n                }",
            "The job ends late by at most a second, and is counted.")
        {
            Rule = "wheel-missed",
        },
        new("insert-below-the-watermark-forgotten", Sweep,
            "group.Watermark = due < group.Watermark ? due : group.Watermark;", "_ = due;")
        {
            Also = (Sweep, "var lowered = sweep.Lowered ?? lagging;", "var lowered = lagging;"),
        },
        new("watermark-past-a-waiting-job", Sweep, "var seen = sweep.FirstFound ?? sweep.To;", "var seen = sweep.To;"),
        new("backlog-forgotten", "TriggerEngine.Backlog.cs",
            "        AddBacklog(QueueOf(job.Route), group, new DuePosition(job.Due, job.Key));\n    }",
            "        _ = group;\n    }"),
        new("handover-does-not-wait", "TriggerEngine.Handover.cs",
            "return !hasOpen || _now - since >= _options.HandoverMs;",
            "return !hasOpen || _now >= since;"),
        new("clock-step-adopted-at-once", "DueClock.cs", StepRule, "_ = isSmall || IsMajorityNear(wall, mono);"),
        new("own-clock-instead-of-the-median", "DueClock.cs", Median, "now = Own(mono);"),
        new("higher-median", "DueClock.cs", "return clocks[(clocks.Length - 1) / 2];", "return clocks[^1];"),
        new("raw-wall-clock-in-the-wheel", "DueClock.cs", StepRule, "_ = isSmall || IsMajorityNear(wall, mono);")
        {
            Also = ("DueClock.cs", Median, "now = Own(mono);"),
        },
        new("stale-clock-counts", "DueClock.cs", "return mono - peer.ReceivedAt <= options.ReadingAgeMs;",
            "return true;", "Clocks of nodes not heard for long still make a majority."),
        new("retry-without-a-wait", "TriggerEngine.Outcomes.cs",
            "Due = kind == OutcomeKind.Retry ? dueNow + DrawDelayMs(claim, result) : default,",
            "Due = kind == OutcomeKind.Retry ? dueNow - 600_000 : default,"),
        new("timeout-counts-as-unwritten", "TriggerEngine.Outcomes.cs", "Flag = result.WroteNothing,", "Flag = true,"),
        new("outcome-of-one-failure-is-dead", "TriggerEngine.Outcomes.cs",
            "var isLast = claim.FailedCount + 1 >= claim.Route!.AttemptsMax;",
            "var isLast = claim.FailedCount >= 0;"),
    ];
}
