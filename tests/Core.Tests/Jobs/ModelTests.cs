using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>Random commands against the model; merges, checkpoints and restarts at random moments in between.</summary>
public sealed class ModelTests
{
    private static readonly JobOptions Options = new()
    {
        LiveJobsMax = 5,
        ClaimsMax = 3,
        AttemptsKept = 3,
        RequestsMax = 4,
        RequestsNewerMin = 2,
        RequestAgeMs = 100_000,
    };

    private static readonly string[] MustReach =
    [
        "AdvanceDueFloor None 0", "AdvanceDueFloor VersionMismatch 0", "AdvanceFinishedFloor None 0",
        "Create KeyReused 0", "Cancel None Cancelled", "Cancel None Claimed", "Claim None Claimed",
        "Claim Finished 0", "Claim InvalidRequest 0", "Claim Overloaded 0", "Claim RouteDeleted 0",
        "Claim TooLate 0", "Create JobExists 0",
        "Create RouteDeleted 0", "Create VNodeFull 0", "Expire None Expired", "Outcome InvalidRequest 0",
        "Outcome None Cancelled", "Outcome None Dead", "Outcome None Delivered", "Outcome None Retrying",
        "Outcome None Scheduled", "Outcome None Unknown", "Outcome TooLate 0", "Redrive None Retrying",
        "Refile None Scheduled", "RouteGone None Dead", "RunNow None Scheduled",
        "Upsert TooLate 0",
    ];

    private readonly VnodeModel _model = new(Options);
    private readonly HashSet<(JobKey Key, CommandNumber Version, UnixMs Due)> _armed = [];
    private readonly List<JobCommand> _recent = [];
    private readonly List<JobCommand> _claims = [];
    private readonly ApplyOutput _output = new();
    private readonly SortedSet<string> _reached = new(StringComparer.Ordinal);
    private MemoryRowStore _store = new();
    private JobStateMachine _machine;
    private UnixMs _now = new(1_800_000_000_000);
    private (UnixMs Floor, LogIndex AsOf)? _scan;
    private ulong _requests;

    public ModelTests() => _machine = JobStateMachine.Load(_store, Options);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_state_machine_does_what_the_model_does(ulong seed)
    {
        var draws = new SplitMix64(seed);
        for (var i = 0; i < 1_500; i++)
        {
            _now += draws.Chance(1, 50) ? 70_000 : draws.Below(300);
            Step(ref draws);
            Compare();
            Disturb(ref draws);
        }

        // A run that never met a rule proves nothing about it.
        Assert.DoesNotContain(MustReach, rule => !_reached.Contains(rule));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Replicas_that_start_from_any_checkpoint_end_alike(ulong seed)
    {
        var draws = new SplitMix64(seed);
        var log = new List<byte[]>();
        var images = new List<(MemoryRowStore Store, int Entries)>();
        for (var i = 0; i < 400; i++)
        {
            _now += draws.Below(300);
            log.Add(Step(ref draws));
            if (draws.Chance(1, 20))
            {
                _machine.WriteCheckpoint();
                images.Add((_store.Clone(), log.Count));
            }
        }

        _machine.WriteCheckpoint();
        foreach (var (store, entries) in images)
        {
            var replica = JobStateMachine.Load(store, Options);
            foreach (var payload in log.Skip(entries))
            {
                replica.Apply(replica.Applied + 1, new Term(1), EntryKind.Commands, payload, new ApplyOutput());
            }

            replica.WriteCheckpoint();
            Assert.Equal(_machine.ContentHash, replica.ContentHash);
            Assert.Equal(RowsOf(_store), RowsOf(store));
        }
    }

    private static List<string> RowsOf(MemoryRowStore store)
    {
        var rows = new List<StoredRow>();
        store.Scan([], [0xFF], int.MaxValue, rows);
        return rows.ConvertAll(row => Convert.ToHexString(row.Key.Span) + "=" + Convert.ToHexString(row.Value.Span));
    }

    private byte[] Step(ref SplitMix64 draws)
    {
        var index = _machine.Applied + 1;
        var batch = new CommandBatch();
        var commands = new List<JobCommand>();
        for (var count = draws.Between(1, 3); count > 0; count--)
        {
            commands.Add(Draw(ref draws));
            batch.TryAdd(commands[^1]);
        }

        var payload = batch.Payload.ToArray();
        var hash = _machine.ContentHash;
        _output.Clear();
        _machine.Apply(index, new Term(1), EntryKind.Commands, payload, _output);
        for (var i = 0; i < commands.Count; i++)
        {
            var expected = _model.Apply(CommandNumber.At(index, i), commands[i]);
            CheckAnswer(commands[i], expected, _output.Answers[i].Answer);
            Note(commands[i], CommandNumber.At(index, i), expected);
        }

        // A claim that finds its job's route deleted is refused, and ends the job.
        if (_output.Answers.TrueForAll(answer => !answer.Answer.IsOk)
            && !commands.Exists(command => command.Kind == JobCommandKind.Claim && command.RouteCreated.Value > 0))
        {
            Assert.Equal(hash, _machine.ContentHash);
        }

        FollowEffects();
        return payload;
    }

    private static void CheckAnswer(JobCommand command, JobAnswer expected, JobAnswer actual)
    {
        Assert.True(expected.Code == actual.Code, $"{command}: {expected.Code} expected, {actual.Code} given");
        if (expected.IsOk)
        {
            Assert.Equal(expected, actual);
        }
    }

    private void Note(JobCommand command, CommandNumber number, JobAnswer answer)
    {
        _recent.Add(command);
        _reached.Add($"{command.Kind} {answer.Code} {(answer.IsOk ? answer.State : default)}");
        if (command.Kind == JobCommandKind.Claim && answer.IsOk)
        {
            _claims.Add(command with { Claim = number });
        }
    }

    /// <summary>A leader knows from effects alone what waits.</summary>
    private void FollowEffects()
    {
        foreach (var effect in _output.Effects)
        {
            if (effect.Kind is JobEffectKind.Armed or JobEffectKind.Disarmed or JobEffectKind.Claimed)
            {
                _armed.RemoveWhere(armed => armed.Key == effect.Key && armed.Version == effect.Version);
            }

            if (effect.Kind == JobEffectKind.Armed)
            {
                _armed.Add((effect.Key, effect.Version, effect.Due));
            }
        }
    }

    private void Compare()
    {
        Assert.Equal(_machine.RecomputeContentHash(), _machine.ContentHash);
        Assert.Equal((_model.LogTime, _model.DueFloor), (_machine.LogTime, _machine.DueFloor));
        Assert.Equal(_model.Jobs.Values.Count(job => job.IsLive), _machine.LiveCount);
        Assert.Equal(_model.Jobs.Values.Count(job => !job.IsLive), _machine.FinishedCount);
        foreach (var id in "abcdefgh")
        {
            CompareJob(AVnode.Key(id.ToString()));
        }

        var waiting = _model.Jobs.Where(pair => pair.Value.IsWaiting).ToList();
        Assert.Equal(waiting.Select(pair => (pair.Key, pair.Value.Version, pair.Value.Due)).ToHashSet(), _armed);
        Assert.Equal(InDueOrder(waiting.Where(pair => !pair.Value.InBacklog)), ScanDue());
        foreach (var route in new[] { AVnode.Route, AVnode.OtherRoute })
        {
            CompareRoute(route, waiting);
        }

        var claims = _model.Jobs.Where(pair => pair.Value.Claim is not null)
            .Select(pair => (pair.Key, pair.Value.Claim!.Number, pair.Value.Claim.IsStopped, pair.Value.Failed))
            .OrderBy(claim => claim.Number);
        Assert.Equal(claims, _machine.OpenClaims.Select(claim =>
            (claim.Key, claim.Number, claim.IsStopped, claim.FailedCount)));
    }

    private void CompareRoute(RouteKey route, List<KeyValuePair<JobKey, ModelJob>> waiting)
    {
        var live = _model.Jobs.Values.Where(job => job.IsLive && job.Route == route).ToList();
        Assert.Equal(live.Count, _machine.UnfinishedByRoute(route));
        Assert.Equal(live.Exists(job => job.InBacklog), _machine.RoutesWithBacklog.Contains(route));
        var found = new List<DueJob>();
        for (DuePosition? from = default(DuePosition); from is { } position;)
        {
            from = _machine.ScanBacklog(route, position, 2, found);
        }

        Assert.Equal(
            InDueOrder(waiting.Where(pair => pair.Value.InBacklog && pair.Value.Route == route)),
            found.Select(job => (job.Due, job.Key)));
    }

    private void CompareJob(JobKey key)
    {
        var view = _machine.Get(key);
        Assert.Equal(_model.Jobs.TryGetValue(key, out var job), view is not null);
        if (view is null || job is null)
        {
            return;
        }

        Assert.Equal((job.Shown, job.Version), (view.State, view.Version));
        Assert.Equal((job.Due, job.Created), (view.Due, view.CreatedAt));
        Assert.Equal((job.ShownAttempts, job.Status), (view.AttemptCount, view.LastStatus));
        Assert.Equal(job.Attempts.TakeLast(Options.AttemptsKept), view.Attempts);
        Assert.Equal(job.Meta, view.Meta.ToArray());
        Assert.Equal(job.Claim?.IsStopped ?? false, view.IsStopped);
    }

    private List<(UnixMs, JobKey)> ScanDue()
    {
        var found = new List<DueJob>();
        var to = new UnixMs(long.MaxValue);
        for (var from = new DuePosition(_machine.DueFloor, default); from.Due < to;)
        {
            from = _machine.ScanDue(from, to, 3, found);
        }

        return found.ConvertAll(job => (job.Due, job.Key));
    }

    private static IEnumerable<(UnixMs, JobKey)> InDueOrder(IEnumerable<KeyValuePair<JobKey, ModelJob>> jobs) =>
        jobs.Select(pair => (pair.Value.Due, pair.Key)).Order();

    /// <summary>What happens to one replica alone: it must change nothing.</summary>
    private void Disturb(ref SplitMix64 draws)
    {
        if (draws.Chance(1, 10))
        {
            var filter = _machine.PurgeFilter;
            _store.Purge((key, value) => filter.IsBelowFloor(key.Span, value.Span));
        }

        if (draws.Chance(1, 25))
        {
            _machine.WriteCheckpoint();
            _store = _store.Clone();
            _machine = JobStateMachine.Load(_store, Options);
        }
    }

    private JobCommand Draw(ref SplitMix64 draws)
    {
        var key = AVnode.Key("abcdefgh"[(int)draws.Below(8)].ToString());
        _model.Jobs.TryGetValue(key, out var job);
        var head = new JobCommand
        {
            Kind = JobCommandKind.Cancel,
            Time = _now - draws.Below(20),
            Key = key,
            Version = job?.Version ?? default,
        };
        var asked = head with { RequestId = new RequestId(++_requests) };
        return draws.Below(30) switch
        {
            < 5 => DrawWrite(ref draws, asked) with
            { Kind = JobCommandKind.Create, Sameness = 1 + (UInt128)draws.Below(2) },
            < 7 => DrawWrite(ref draws, asked) with { Kind = JobCommandKind.Upsert },
            7 => asked,
            8 => asked with { Kind = JobCommandKind.RunNow },
            9 => asked with { Kind = JobCommandKind.Redrive },
            < 17 => DrawClaim(ref draws, head, job),
            < 23 => DrawOutcome(ref draws, head),
            23 => head with { Kind = JobCommandKind.Expire },
            24 => head with { Kind = draws.Chance(1, 4) ? JobCommandKind.RouteGone : JobCommandKind.Expire },
            25 => head with { Kind = JobCommandKind.Refile, Flag = draws.Chance(2, 3) },
            26 or 27 => DrawDueFloor(head),
            28 => DrawRareOne(ref draws, head),
            _ => _recent.Count == 0 ? asked : DrawRepeat(ref draws),
        };
    }

    /// <summary>A command of late once more; at times with its key alone and another content.</summary>
    private JobCommand DrawRepeat(ref SplitMix64 draws)
    {
        var repeat = _recent[^(int)draws.Between(1, Math.Min(20, _recent.Count))];
        return draws.Chance(1, 2) && _recent.FindLast(recent => recent.RequestId != RequestId.None) is { } asked
            ? asked with { RequestId = RequestId.Of(asked.RequestId.Key, draws.Next()) }
            : repeat;
    }

    private JobCommand DrawWrite(ref SplitMix64 draws, JobCommand asked) => asked with
    {
        TriggerTime = _now + draws.Between(-2_000, 2_000),
        Route = draws.Chance(2, 3) ? AVnode.Route : AVnode.OtherRoute,
        RouteRevision = new CommandNumber(draws.Below(40)),
        Mode = (DeliveryMode)draws.Below(3),
        Meta = new byte[draws.Below(9)],
        ExpireAfterMs = draws.Chance(1, 3) ? draws.Between(1, 4_000) : 0,
        IfMatch = draws.Chance(1, 6) ? new CommandNumber(-1) : null,
    };

    private static JobCommand DrawClaim(ref SplitMix64 draws, JobCommand head, ModelJob? job)
    {
        var mode = job is null or { Mode: DeliveryMode.RouteDefault } || draws.Chance(1, 20)
            ? (DeliveryMode)draws.Between(1, 2)
            : job.Mode;
        return head with
        {
            Kind = JobCommandKind.Claim,
            Route = job?.Route ?? AVnode.Route,
            Attempt = (job?.ShownAttempts ?? 0) + (draws.Chance(1, 15) ? 2 : 1),
            Mode = mode,
            TimeoutMs = 1_000,
            AttemptsMax = 3,
            Due = job is not null && draws.Chance(3, 4) ? job.Due : head.Time,
            RouteCreated = new CommandNumber(draws.Chance(1, 6) ? draws.Below(40) : 0),
            SendBy = head.Time + 1_000,
            Claim = ClaimToSupersede(ref draws, job),
        };
    }

    private static CommandNumber ClaimToSupersede(ref SplitMix64 draws, ModelJob? job) =>
        job?.Claim is { } open && draws.Chance(1, 2) ? open.Number
        : job is not null && draws.Chance(1, 15) ? job.Version
        : default;

    private JobCommand DrawOutcome(ref SplitMix64 draws, JobCommand head)
    {
        if (_claims.Count == 0)
        {
            return head with { Kind = JobCommandKind.Expire };
        }

        var claim = _claims[^(int)draws.Between(1, Math.Min(6, _claims.Count))];
        return head with
        {
            Kind = JobCommandKind.Outcome,
            Key = claim.Key,
            Version = claim.Version,
            Claim = claim.Claim,
            Outcome = (OutcomeKind)draws.Between(1, 6),
            At = head.Time,
            HttpStatus = (ushort)draws.Between(200, 599),
            Error = (AttemptError)draws.Below(5),
            DurationMs = (int)draws.Below(100),
            Due = _now + draws.Below(3_000),
            Flag = draws.Chance(1, 3),
        };
    }

    /// <summary>As a leader does: scan first, propose later, with the applied index of the scan.</summary>
    private JobCommand DrawDueFloor(JobCommand head)
    {
        var scan = _scan;
        var floor = _model.EarliestDue() ?? _now;
        _scan = scan is null || _machine.Applied - scan.Value.AsOf > 15 ? (floor, _machine.Applied) : null;
        return scan is { } found && _scan is null
            ? head with { Kind = JobCommandKind.AdvanceDueFloor, Floor = found.Floor, AsOf = found.AsOf }
            : head with { Kind = JobCommandKind.Expire };
    }

    private JobCommand DrawRareOne(ref SplitMix64 draws, JobCommand head) => draws.Chance(1, 3)
        ? head with
        {
            Kind = JobCommandKind.FenceRoute,
            Route = draws.Chance(1, 2) ? AVnode.Route : AVnode.OtherRoute,
            RouteRevision = new CommandNumber(draws.Below(20)),
        }
        : head with
        {
            Kind = JobCommandKind.AdvanceFinishedFloor,
            Floor = _now - draws.Below(200_000),
            DeadFloor = _now - draws.Below(400_000),
        };
}
