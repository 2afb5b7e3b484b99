using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class ClientRequestTests
{
    private readonly AVnode _vnode = new();

    [Fact]
    public void A_created_job_is_scheduled_and_armed()
    {
        var answer = _vnode.Apply(_vnode.CreateOf("a", delayMs: 5_000));

        Assert.True(answer.IsOk && answer.IsNew);
        Assert.Equal(_vnode.Last, answer.Version);
        Assert.Equal(_vnode.Last.Index, answer.Offset);
        Assert.Equal(JobState.Scheduled, _vnode.StateOf("a"));
        var armed = Assert.Single(_vnode.Effects);
        Assert.Equal((JobEffectKind.Armed, _vnode.Now + 5_000), (armed.Kind, armed.Due));
    }

    [Fact]
    public void The_version_is_the_command_number_so_two_jobs_of_one_entry_have_their_own()
    {
        var answers = _vnode.ApplyAll(_vnode.CreateOf("a"), _vnode.CreateOf("b"));

        Assert.Equal(CommandNumber.At(new LogIndex(1), 0), answers[0].Version);
        Assert.Equal(CommandNumber.At(new LogIndex(1), 1), answers[1].Version);
    }

    [Fact]
    public void The_same_create_again_answers_the_present_version_and_state_whatever_happened_since()
    {
        var version = _vnode.Create("a");
        var claim = _vnode.Claim("a");
        _vnode.Resolve("a", claim, OutcomeKind.Complete);
        var hash = _vnode.Machine.ContentHash;

        var answer = _vnode.Apply(_vnode.CreateOf("a"));

        Assert.Equal((ErrorCode.None, false, version), (answer.Code, answer.IsNew, answer.Version));
        Assert.Equal(JobState.Delivered, answer.State);
        Assert.Equal(hash, _vnode.Machine.ContentHash);
    }

    [Fact]
    public void Another_create_under_a_taken_id_is_refused_and_changes_nothing()
    {
        _vnode.Create("a");
        var hash = _vnode.Machine.ContentHash;

        var answer = _vnode.Apply(_vnode.CreateOf("a", meta: "other"));

        Assert.Equal(ErrorCode.JobExists, answer.Code);
        Assert.Equal(hash, _vnode.Machine.ContentHash);
        Assert.Empty(_vnode.Effects);
    }

    [Fact]
    public void A_delay_is_the_same_delay_later()
    {
        var request = new JobRequest
        { Kind = JobRequestKind.Create, Key = AVnode.Key("a"), DelayMs = 500, Route = AVnode.Route };
        _vnode.Apply(JobCommand.From(request, _vnode.Now));

        var answer = _vnode.Apply(JobCommand.From(request, _vnode.Now + 70));

        Assert.True(answer.IsOk);
        Assert.Equal(_vnode.Now + 500, _vnode.Get("a")!.Due);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(1, -1)]
    [InlineData(1, long.MaxValue)]
    public void Times_out_of_range_are_refused(long triggerTime, long expireAfterMs)
    {
        var command = _vnode.CreateOf("a") with
        { TriggerTime = new UnixMs(triggerTime), ExpireAfterMs = expireAfterMs };

        Assert.Equal(ErrorCode.InvalidRequest, _vnode.Apply(command).Code);
        Assert.Null(_vnode.Get("a"));
    }

    [Fact]
    public void An_upsert_writes_a_new_version_and_disarms_the_old()
    {
        var old = _vnode.Create("a", delayMs: 1_000);

        var answer = _vnode.Apply(_vnode.UpsertOf("a", delayMs: 2_000));

        Assert.Equal((ErrorCode.None, false, _vnode.Last), (answer.Code, answer.IsNew, answer.Version));
        Assert.Equal((JobEffectKind.Disarmed, old), (_vnode.Effects[0].Kind, _vnode.Effects[0].Version));
        Assert.Equal((JobEffectKind.Armed, _vnode.Last), (_vnode.Effects[1].Kind, _vnode.Effects[1].Version));
        Assert.Equal(["a"], _vnode.Due());
    }

    [Fact]
    public void An_upsert_takes_a_finished_id()
    {
        _vnode.Create("a");
        _vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.True(_vnode.Apply(_vnode.UpsertOf("a")).IsOk);

        Assert.Equal(JobState.Scheduled, _vnode.StateOf("a"));
        Assert.Equal((1, 0), (_vnode.Machine.LiveCount, _vnode.Machine.FinishedCount));
    }

    [Fact]
    public void An_upsert_of_a_claimed_or_retrying_job_is_too_late()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(_vnode.UpsertOf("a")).Code);
        _vnode.Resolve("a", claim, OutcomeKind.Retry);

        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(_vnode.UpsertOf("a")).Code);
    }

    [Fact]
    public void If_match_must_name_the_present_version()
    {
        var version = _vnode.Create("a");

        Assert.Equal(ErrorCode.VersionMismatch, _vnode.Apply(_vnode.UpsertOf("a", ifMatch: new(-1))).Code);
        Assert.Equal(ErrorCode.VersionMismatch, _vnode.Apply(_vnode.UpsertOf("b", ifMatch: version)).Code);
        foreach (var kind in new[] { JobCommandKind.Cancel, JobCommandKind.RunNow, JobCommandKind.Redrive })
        {
            var answer = _vnode.Apply(_vnode.AskOf(kind, "a") with { IfMatch = new CommandNumber(1) });
            Assert.Equal(ErrorCode.VersionMismatch, answer.Code);
        }

        Assert.True(_vnode.Apply(_vnode.UpsertOf("b", ifMatch: new(-1))).IsOk);
        Assert.True(_vnode.Apply(_vnode.UpsertOf("a", ifMatch: version)).IsOk);
    }

    [Fact]
    public void A_cancel_of_a_job_that_was_never_claimed_is_won()
    {
        _vnode.Create("a");

        var answer = _vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.Equal((CancelResult.Won, 0), (answer.Cancel, answer.AttemptCount));
        Assert.Equal(JobState.Cancelled, _vnode.StateOf("a"));
        Assert.Equal(JobEffectKind.Disarmed, Assert.Single(_vnode.Effects).Kind);
        Assert.Equal(ErrorCode.VersionMismatch, _vnode.Apply(_vnode.ClaimOf("a")).Code);
    }

    [Fact]
    public void A_cancel_of_a_claimed_job_stops_it_and_counts_the_attempt_under_way()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");

        var answer = _vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.Equal((CancelResult.Stopped, 1, JobState.Claimed), (answer.Cancel, answer.AttemptCount, answer.State));
        Assert.Equal(claim, Assert.Single(_vnode.Effects, effect => effect.Kind == JobEffectKind.Stopped).Claim);
        Assert.True(Assert.Single(_vnode.Machine.OpenClaims).IsStopped);
    }

    [Fact]
    public void A_cancel_of_a_retrying_job_is_stopped_with_its_attempts()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);

        var answer = _vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.Equal((CancelResult.Stopped, 1), (answer.Cancel, answer.AttemptCount));
        Assert.Equal(JobState.Cancelled, _vnode.StateOf("a"));
    }

    [Fact]
    public void A_cancel_after_a_release_of_the_first_claim_is_won()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Release);

        Assert.Equal(CancelResult.Won, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }

    [Fact]
    public void A_cancel_of_a_finished_job_or_of_none_is_refused()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Complete);

        Assert.Equal(ErrorCode.Finished, _vnode.Ask(JobCommandKind.Cancel, "a").Code);
        Assert.Equal(ErrorCode.JobNotFound, _vnode.Ask(JobCommandKind.Cancel, "b").Code);
    }

    [Fact]
    public void Run_now_makes_a_new_version_due_now()
    {
        var old = _vnode.Create("a", delayMs: 60_000);
        _vnode.Now += 10;

        var answer = _vnode.Ask(JobCommandKind.RunNow, "a");

        Assert.True(answer.IsOk && answer.Version > old);
        Assert.Equal(_vnode.Now, _vnode.Get("a")!.Due);
        Assert.Equal(CancelResult.Won, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }

    [Fact]
    public void Run_now_of_a_job_that_was_sent_is_refused_for_its_recipient_could_not_tell_it_from_another()
    {
        var version = _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);

        Assert.Equal(ErrorCode.TooLate, _vnode.Ask(JobCommandKind.RunNow, "a").Code);

        var job = _vnode.Get("a")!;
        Assert.Equal((JobState.Retrying, 1, version), (job.State, job.AttemptCount, job.Version));
        Assert.Equal(CancelResult.Stopped, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }

    [Fact]
    public void Run_now_is_refused_where_there_is_nothing_to_run()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        Assert.Equal(ErrorCode.TooLate, _vnode.Ask(JobCommandKind.RunNow, "a").Code);
        _vnode.Resolve("a", claim, OutcomeKind.Complete);
        Assert.Equal(ErrorCode.BodyDropped, _vnode.Ask(JobCommandKind.RunNow, "a").Code);
        _vnode.Create("b");
        _vnode.Ask(JobCommandKind.Cancel, "b");
        Assert.Equal(ErrorCode.Finished, _vnode.Ask(JobCommandKind.RunNow, "b").Code);
        Assert.Equal(ErrorCode.JobNotFound, _vnode.Ask(JobCommandKind.RunNow, "c").Code);
    }

    [Fact]
    public void A_redrive_keeps_the_version_and_gives_all_attempts_back()
    {
        var version = _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Dead);
        Assert.Equal(JobState.Dead, _vnode.StateOf("a"));

        var answer = _vnode.Ask(JobCommandKind.Redrive, "a");

        Assert.Equal((ErrorCode.None, version), (answer.Code, answer.Version));
        Assert.Equal("m"u8.ToArray(), _vnode.Get("a")!.Meta.ToArray());
        _vnode.Claim("a");
        var claimed = Assert.Single(_vnode.Effects);
        Assert.Equal((2, 0), (claimed.Attempt, claimed.FailedCount));
    }

    [Fact]
    public void A_redrive_before_the_trigger_time_waits_for_it()
    {
        _vnode.Create("a", 60_000);
        _vnode.OnVersion(JobCommandKind.RouteGone, "a");

        _vnode.Ask(JobCommandKind.Redrive, "a");

        Assert.Equal(_vnode.Now + 60_000, Assert.Single(_vnode.Effects).Due);
    }

    [Fact]
    public void Only_dead_and_unknown_jobs_can_be_redriven()
    {
        _vnode.Create("a");

        Assert.Equal(ErrorCode.NotRedrivable, _vnode.Ask(JobCommandKind.Redrive, "a").Code);
        Assert.Equal(ErrorCode.JobNotFound, _vnode.Ask(JobCommandKind.Redrive, "b").Code);
    }

    [Fact]
    public void A_redriven_job_was_attempted_so_a_cancel_of_it_is_never_won()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a", DeliveryMode.AtMostOnce), OutcomeKind.Unknown);
        _vnode.Ask(JobCommandKind.Redrive, "a");

        Assert.Equal(CancelResult.Stopped, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }
}
