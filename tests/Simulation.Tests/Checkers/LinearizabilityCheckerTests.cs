using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Checkers.Linearizability;

namespace TimeMachine.Simulation.Tests.Checkers;

public sealed class LinearizabilityCheckerTests
{
    private static readonly CommandNumber V1 = new(65_536);
    private static readonly CommandNumber V2 = new(131_072);
    private static readonly CommandNumber C1 = new(196_608);
    private static readonly JobActionKind[] Kinds = [JobActionKind.Upsert, JobActionKind.Cancel, JobActionKind.Get];
    private readonly LinearizabilityChecker _search = new();

    [Fact]
    public void A_get_behind_a_create_sees_it() =>
        Assert.Equal(Verdict.Linearizable, _search.Check([Create(V1, 0, 10), Get(V1, 11, 12)]));

    [Fact]
    public void A_stale_get_is_found() =>
        Assert.Equal(Verdict.Violated, _search.Check([Create(V1, 0, 10), Missing(11, 12)]));

    [Fact]
    public void A_get_beside_a_create_may_see_either()
    {
        Assert.Equal(Verdict.Linearizable, _search.Check([Create(V1, 0, 10), Missing(5, 6)]));
        Assert.Equal(Verdict.Linearizable, _search.Check([Create(V1, 0, 10), Get(V1, 5, 6)]));
    }

    [Fact]
    public void Reads_that_go_back_in_time_are_found() =>
        Assert.Equal(Verdict.Violated, _search.Check([Create(V1, 0, 10), Get(V1, 2, 3), Missing(4, 5)]));

    [Fact]
    public void An_old_version_read_after_its_replacement_is_found() =>
        Assert.Equal(
            Verdict.Violated,
            _search.Check([Create(V1, 0, 1), Upsert(V2, 2, 3), Get(V1, 4, 5)]));

    [Fact]
    public void Two_creates_that_are_both_new_are_found() =>
        Assert.Equal(Verdict.Violated, _search.Check([Create(V1, 0, 10), Create(V2, 5, 15)]));

    [Fact]
    public void An_unanswered_create_may_appear_late_or_never()
    {
        var lost = Create(V1, 0, long.MaxValue) with { MayBeLost = true };

        Assert.Equal(Verdict.Linearizable, _search.Check([lost, Missing(100, 110)]));
        Assert.Equal(Verdict.Linearizable, _search.Check([lost, Missing(100, 110), Get(V1, 120, 130)]));
    }

    [Fact]
    public void An_unanswered_create_that_appears_and_vanishes_is_found()
    {
        var lost = Create(V1, 0, long.MaxValue) with { MayBeLost = true };

        Assert.Equal(Verdict.Violated, _search.Check([lost, Get(V1, 100, 110), Missing(120, 130)]));
    }

    [Fact]
    public void A_cancel_that_wins_against_a_claim_is_found() =>
        Assert.Equal(Verdict.Violated, _search.Check([Create(V1, 0, 1), Claim(2, 3), CancelWon(4, 5)]));

    [Fact]
    public void A_cancel_beside_a_claim_may_win_before_it()
    {
        var refused = Claim(2, 6) with { Action = Claim(2, 6).Action with { TookEffect = false } };

        Assert.Equal(Verdict.Linearizable, _search.Check([Create(V1, 0, 1), refused, CancelWon(4, 5)]));
    }

    [Fact]
    public void A_cancelled_job_that_is_there_again_is_found() =>
        Assert.Equal(Verdict.Violated, _search.Check([Create(V1, 0, 1), CancelWon(2, 3), Get(V1, 4, 5)]));

    [Fact]
    public void A_released_first_claim_counts_as_never_claimed() =>
        Assert.Equal(
            Verdict.Linearizable,
            _search.Check([Create(V1, 0, 1), Claim(2, 3), Outcome(OutcomeFactKind.Release, 4, 5), CancelWon(6, 7)]));

    [Fact]
    public void A_cancel_that_wins_over_a_retrying_job_is_found() =>
        Assert.Equal(
            Verdict.Violated,
            _search.Check([Create(V1, 0, 1), Claim(2, 3), Outcome(OutcomeFactKind.Retry, 4, 5), CancelWon(6, 7)]));

    [Fact]
    public void A_search_beyond_its_budget_is_undecided() =>
        Assert.Equal(
            Verdict.Undecided,
            new LinearizabilityChecker(stepsMax: 2).Check([Create(V1, 0, 1), Get(V1, 2, 3), Get(V1, 4, 5)]));

    [Fact]
    public void Random_true_histories_pass_and_a_wrong_answer_in_them_is_found()
    {
        var draws = new SplitMix64(7);
        for (var round = 0; round < 300; round++)
        {
            var history = TrueHistory(ref draws, 30);
            Assert.Equal(Verdict.Linearizable, _search.Check(history));

            var at = history.FindIndex(action => action.Action.Kind == JobActionKind.Get);
            if (at >= 0)
            {
                var wrong = new AnswerFact { Version = new CommandNumber(1), Status = JobStatus.Scheduled };
                history[at] = history[at] with { Action = history[at].Action with { Answer = wrong } };
                Assert.Equal(Verdict.Violated, _search.Check(history));
            }
        }
    }

    /// <summary>Takes effect at 10, 20, ...; each interval reaches a few steps to both sides.</summary>
    private static List<TimedAction> TrueHistory(ref SplitMix64 draws, int count)
    {
        var history = new List<TimedAction>();
        var row = default(JobRow);
        for (var i = 1; i <= count; i++)
        {
            var kind = Kinds[(int)draws.Below(Kinds.Length)];
            var action = new JobAction { Kind = kind, Number = new CommandNumber(i * 65_536) };
            JobModel.TryStep(row, action, out var next);
            action = action with { Answer = TrueAnswer(kind, row, next) };
            row = next;
            history.Add(Of(action, (i * 10) - draws.Below(40), (i * 10) + draws.Below(40)));
        }

        return history;
    }

    private static AnswerFact TrueAnswer(JobActionKind kind, in JobRow before, in JobRow after)
    {
        var isMissing = before.Status == JobStatus.Absent && kind != JobActionKind.Upsert;
        var isFinished = kind == JobActionKind.Cancel && before.IsFinished;
        return new AnswerFact
        {
            Code = isMissing ? ErrorCode.JobNotFound : isFinished ? ErrorCode.Finished : ErrorCode.None,
            IsWon = kind == JobActionKind.Cancel && !isMissing && !isFinished,
            Version = after.Version,
            Status = after.Status,
        };
    }

    private static TimedAction Of(JobAction action, long invoke, long end) =>
        new(action, invoke, end, MayBeLost: false);

    private static TimedAction Create(CommandNumber version, long invoke, long end) => Of(
        new JobAction
        {
            Kind = JobActionKind.Create,
            Number = version,
            Sameness = (ulong)version.Value,
            Answer = new AnswerFact { IsNew = true, Version = version },
        },
        invoke,
        end);

    private static TimedAction Upsert(CommandNumber version, long invoke, long end) => Of(
        new JobAction { Kind = JobActionKind.Upsert, Number = version, Answer = new AnswerFact { Version = version } },
        invoke,
        end);

    private static TimedAction Get(CommandNumber version, long invoke, long end) => Of(
        new JobAction
        {
            Kind = JobActionKind.Get,
            Answer = new AnswerFact { Version = version, Status = JobStatus.Scheduled },
        },
        invoke,
        end);

    private static TimedAction Missing(long invoke, long end) => Of(
        new JobAction { Kind = JobActionKind.Get, Answer = new AnswerFact { Code = ErrorCode.JobNotFound } },
        invoke,
        end);

    private static TimedAction CancelWon(long invoke, long end) => Of(
        new JobAction { Kind = JobActionKind.Cancel, Answer = new AnswerFact { IsWon = true } },
        invoke,
        end);

    private static TimedAction Claim(long invoke, long end) => Of(
        new JobAction { Kind = JobActionKind.Claim, Number = C1, Version = V1, AttemptsMax = 5, TookEffect = true },
        invoke,
        end);

    private static TimedAction Outcome(OutcomeFactKind kind, long invoke, long end) => Of(
        new JobAction { Kind = JobActionKind.Outcome, Version = V1, Claim = C1, Outcome = kind, TookEffect = true },
        invoke,
        end);
}
