using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Tests.Checkers;

/// <summary>The oracle against the real state machine: two programs, written apart, that must agree.</summary>
public sealed class JobModelTests
{
    private const long StartMs = 1_800_000_000_000;
    private readonly GroupId _group = new(1);
    private readonly JobStateMachine _machine = JobStateMachine.Load(new MemoryRowStore(), new JobOptions());
    private readonly ApplyOutput _output = new();
    private readonly SimObserver _observer = new(1, new JobCheckOptions(), () => StartMs * 1_000);
    private readonly List<ClaimCopy> _claims = [];
    private long _nowMs = StartMs;
    private long _index;
    private ulong _request;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_state_machine_does_what_the_model_says(ulong seed)
    {
        var draws = new SplitMix64(seed);
        for (var i = 0; i < 1_500; i++)
        {
            _nowMs += draws.Below(40);
            Apply(Draw(ref draws));
        }

        var wrong = _observer.Violations.Kept.Where(complaint =>
            complaint.Checker is "job-model" or "outcome-fence" or "request-id" or "version-shared" or "format");
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_released_claim_that_had_superseded_another_leaves_the_job_retrying()
    {
        var version = Apply(Create("a"));
        var first = Apply(ClaimOf("a", version, attempt: 1));
        var second = Apply(ClaimOf("a", version, attempt: 2) with { Claim = first });
        Apply(OutcomeOf("a", version, second, OutcomeKind.Release));

        Apply(Ask(JobCommandKind.Cancel, "a"));

        Assert.Equal(CancelResult.Stopped, _output.Answers[0].Answer.Cancel);
        Assert.False(_observer.Violations.Has("job-model"));
    }

    private JobCommand Draw(ref SplitMix64 draws)
    {
        var id = "abc"[(int)draws.Below(3)].ToString();
        return draws.Below(12) switch
        {
            0 => Create(id) with { Sameness = (UInt128)(1 + (2 * draws.Below(3))) },
            1 => Create(id) with { Kind = JobCommandKind.Upsert, Sameness = default },
            2 => Ask(JobCommandKind.Cancel, id),
            3 => Ask(JobCommandKind.RunNow, id),
            4 => Ask(JobCommandKind.Redrive, id),
            5 or 6 or 7 => DrawClaim(ref draws, id),
            _ => DrawOutcome(ref draws, id),
        };
    }

    private JobCommand DrawClaim(ref SplitMix64 draws, string id)
    {
        var known = _observer.Jobs.Keys.GetValueOrDefault($"sim/jobs/{id}");
        var row = known?.Row ?? default;
        var attempts = _machine.Get(Key(id))?.AttemptCount ?? 0;
        var isInherited = row.Status == JobStatus.Claimed;
        return ClaimOf(id, row.Version, attempts + 1) with
        {
            Claim = isInherited && draws.Chance(2, 3) ? row.Claim : default,
            Mode = draws.Chance(1, 4) ? DeliveryMode.AtMostOnce : DeliveryMode.AtLeastOnce,
        };
    }

    private JobCommand DrawOutcome(ref SplitMix64 draws, string id)
    {
        var of = _claims.FindLast(claim => claim.Id == id);
        var old = draws.Chance(1, 6) ? _claims.Find(claim => claim.Id == id) : of;
        var kind = (OutcomeKind)draws.Between(1, 6);
        return OutcomeOf(id, old.Version, old.Number, kind) with { Flag = draws.Chance(1, 3) };
    }

    private CommandNumber Apply(JobCommand command)
    {
        var batch = new CommandBatch();
        batch.TryAdd(command);
        var index = new LogIndex(++_index);
        var payload = batch.Payload.ToArray();
        _output.Clear();
        _machine.Apply(index, new Term(_index), EntryKind.Commands, payload, _output);
        _observer.Jobs.EntryApplied(_group, index, new Term(_index), payload, _output);
        var number = CommandNumber.At(index, 0);
        if (command.Kind == JobCommandKind.Claim && _output.Answers[0].Answer.IsOk)
        {
            _claims.Add(new ClaimCopy(command.Key.Id, command.Version, number));
        }

        return number;
    }

    private JobCommand Create(string id) => new()
    {
        Kind = JobCommandKind.Create,
        RequestId = new RequestId(++_request),
        Time = new UnixMs(_nowMs),
        Key = Key(id),
        TriggerTime = new UnixMs(_nowMs),
        Route = RouteKey.Of("sim", "good"),
        Sameness = 5,
    };

    private JobCommand Ask(JobCommandKind kind, string id) => new()
    {
        Kind = kind,
        RequestId = new RequestId(++_request),
        Time = new UnixMs(_nowMs),
        Key = Key(id),
    };

    private JobCommand ClaimOf(string id, CommandNumber version, int attempt) => new()
    {
        Kind = JobCommandKind.Claim,
        Time = new UnixMs(_nowMs),
        Key = Key(id),
        Version = version,
        Attempt = attempt,
        Route = RouteKey.Of("sim", "good"),
        Mode = DeliveryMode.AtLeastOnce,
        AttemptsMax = 3,
        Due = new UnixMs(_nowMs),
        SendBy = new UnixMs(_nowMs + 1_000),
    };

    private JobCommand OutcomeOf(string id, CommandNumber version, CommandNumber claim, OutcomeKind kind) => new()
    {
        Kind = JobCommandKind.Outcome,
        Time = new UnixMs(_nowMs),
        Key = Key(id),
        Version = version,
        Claim = claim,
        Outcome = kind,
        At = new UnixMs(_nowMs),
        Due = new UnixMs(_nowMs),
    };

    private static JobKey Key(string id) => JobKey.Of("sim", "jobs", id);

    private readonly record struct ClaimCopy(string Id, CommandNumber Version, CommandNumber Number);
}
