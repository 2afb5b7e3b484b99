using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed partial class TriggerEngineTests
{
    [Fact]
    public void A_due_job_is_claimed_ahead_of_its_time_and_sent_in_its_millisecond()
    {
        var rig = ARig();
        rig.Create("a", 5_000);

        rig.RunTo(6_000);

        var claim = Assert.Single(rig.Claims);
        var arrival = Assert.Single(rig.Arrivals);
        Assert.Equal(5_000, arrival.At);
        Assert.Equal(claim.Claim, arrival.Claim);
        Assert.Equal(JobState.Delivered, rig.View("a").State);
        Assert.Equal(0, rig.Engine.ClaimCount);
        Assert.Equal(0, rig.Engine.PendingCount);
    }

    [Fact]
    public void A_claim_is_never_proposed_more_than_the_lead_before_its_time()
    {
        var rig = ARig();
        for (var i = 0; i < 50; i++)
        {
            rig.Create("j" + i, 3_000 + i);
        }

        rig.RunTo(5_000);

        Assert.Equal(0, rig.Engine.Counters.ClaimsRefused);
        Assert.Equal(50, rig.Arrivals.Count);
        Assert.All(rig.Arrivals, arrival => Assert.InRange(arrival.At - arrival.TriggerAt, 0, 1));
    }

    [Fact]
    public void A_job_whose_time_is_past_is_sent_at_once()
    {
        var rig = ARig();
        rig.RunTo(1_000);
        rig.Create("late", 10);

        rig.RunTo(1_020);

        Assert.InRange(Assert.Single(rig.Arrivals).At, 1_000, 1_010);
    }

    [Fact]
    public void A_cancelled_job_is_never_sent_and_a_replaced_one_only_in_its_new_version()
    {
        var rig = ARig();
        rig.Create("gone", 2_000);
        rig.Create("moved", 2_000);
        rig.RunTo(1_900);
        rig.Cancel("gone");
        var version = rig.Create("moved", 4_000).Version;

        rig.RunTo(6_000);

        var arrival = Assert.Single(rig.Arrivals);
        Assert.Equal(version, arrival.Version);
        Assert.Equal(4_000, arrival.At);
    }

    [Fact]
    public void A_claimed_job_that_is_stopped_before_its_time_is_given_back_and_not_sent()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.At(1_990, () => Assert.Equal(CancelResult.Stopped, rig.Cancel("a").Cancel));

        rig.RunTo(3_000);

        Assert.Single(rig.Claims);
        Assert.Empty(rig.Arrivals);
        Assert.Equal(JobState.Cancelled, rig.View("a").State);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void A_failed_attempt_is_made_again_after_its_backoff_until_the_attempts_are_used_up()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { AttemptsMax = 4, BackoffInitialMs = 100, BackoffMaxMs = 150 });
        rig.Recipient = _ => (1, AttemptResult.Answer(500, 1));
        rig.Create("a", 1_000);

        rig.RunTo(4_000);

        Assert.Equal([1, 2, 3, 4], rig.Arrivals.Select(arrival => arrival.Attempt));
        var gaps = rig.Arrivals.Zip(rig.Arrivals.Skip(1), (first, second) => second.At - first.At);
        Assert.All(gaps, gap => Assert.InRange(gap, 1, 170));
        Assert.Equal(JobState.Dead, rig.View("a").State);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void A_recipient_that_asks_for_time_gets_it_and_one_that_is_gone_gets_nothing_more()
    {
        var rig = ARig();
        rig.Recipient = send => send.Attempt == 1
            ? (1, AttemptResult.Answer(send.Key.Id == "busy" ? (ushort)429 : (ushort)410, 1, 1_500))
            : (1, AttemptResult.Answer(204, 1));
        rig.Create("busy", 1_000);
        rig.Create("gone", 1_000);

        rig.RunTo(4_000);

        var busy = rig.Arrivals.Where(arrival => arrival.Job == "busy").ToList();
        Assert.Equal(2, busy.Count);
        Assert.InRange(busy[1].At - busy[0].At, 1_500, 1_520);
        Assert.Equal(JobState.Delivered, rig.View("busy").State);
        Assert.Equal(JobState.Dead, rig.View("gone").State);
    }

    [Theory]
    [InlineData(AttemptEnd.TimedOut, false, JobState.Unknown, 1)]
    [InlineData(AttemptEnd.Broken, false, JobState.Unknown, 1)]
    [InlineData(AttemptEnd.Answered, false, JobState.Dead, 1)]
    [InlineData(AttemptEnd.ConnectFailed, true, JobState.Delivered, 2)]
    [InlineData(AttemptEnd.TimedOut, true, JobState.Delivered, 2)]
    public void At_most_once_is_tried_again_only_if_nothing_was_written(
        AttemptEnd end, bool wroteNothing, JobState expected, int sends)
    {
        var rig = ARig();
        var status = end == AttemptEnd.Answered ? (ushort)500 : (ushort)0;
        rig.Recipient = send => send.Attempt == 1
            ? (1, new AttemptResult(end, status, 1, 0, wroteNothing))
            : (1, AttemptResult.Answer(200, 1));
        rig.Create("a", 1_000, change: job => job with { Mode = DeliveryMode.AtMostOnce });

        rig.RunTo(3_000);

        Assert.Equal(sends, rig.Arrivals.Count);
        Assert.Equal(expected, rig.View("a").State);
    }

    [Fact]
    public void A_job_that_is_of_no_use_any_more_expires_and_is_not_sent()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { IsPaused = true });
        rig.Create("a", 1_000, change: job => job with { ExpireAfterMs = 500 });
        rig.At(2_000, () => rig.PutRoute("r"));

        rig.RunTo(3_000);

        Assert.Empty(rig.Arrivals);
        Assert.Equal(JobState.Expired, rig.View("a").State);
    }

    [Fact]
    public void A_job_whose_route_is_gone_is_dead_but_not_before_a_confirmed_table_says_so()
    {
        var rig = ARig();
        rig.Create("a", 1_000, "nowhere");
        rig.Create("b", 1_000, "soon");
        rig.At(2_000, () => rig.PutRoute("soon"));

        rig.RunTo(3_000);
        Assert.Equal(JobState.Scheduled, rig.View("a").State);
        rig.RunTo(4_500);

        Assert.Equal(JobState.Dead, rig.View("a").State);
        Assert.Equal(JobState.Delivered, rig.View("b").State);
    }

    [Fact]
    public void A_node_whose_routes_are_not_confirmed_claims_nothing()
    {
        var rig = ARig();
        rig.RunTo(500);
        rig.Leader!.IsConfirming = false;
        rig.RunTo(3_000);
        rig.Create("a", 3_000);

        rig.RunTo(4_000);
        Assert.Empty(rig.Claims);
        rig.Leader!.IsConfirming = true;
        rig.RunTo(4_500);

        Assert.Single(rig.Arrivals);
    }

    [Fact]
    public void A_route_never_has_more_under_way_than_its_concurrency_allows()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { Concurrency = 3 });
        var (open, most) = (0, 0);
        rig.Recipient = _ =>
        {
            most = Math.Max(most, ++open);
            rig.At(rig.Now + 40, () => open--);
            return (40, AttemptResult.Answer(200, 40));
        };
        for (var i = 0; i < 60; i++)
        {
            rig.Create("j" + i, 1_000);
        }

        rig.RunTo(4_000);

        Assert.Equal(3, most);
        Assert.Equal(60, rig.Arrivals.Select(arrival => arrival.Job).Distinct().Count());
        Assert.True(rig.Claims.Count <= 60 + 3);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void Hanging_recipients_of_some_routes_leave_room_for_all_others()
    {
        var rig = ARig(new TriggerOptions { ClaimsMax = 64 });
        rig.PutRoute("hang1", route => route with { TimeoutMs = 30_000 });
        rig.PutRoute("hang2", route => route with { TimeoutMs = 30_000 });
        rig.PutRoute("good");
        rig.Recipient = send => send.Route.Key.Id == "good" ? (1, AttemptResult.Answer(200, 1)) : null;
        for (var i = 0; i < 200; i++)
        {
            rig.Create("a" + i, 1_000, "hang1");
            rig.Create("b" + i, 1_000, "hang2");
            rig.Create("good" + i, 2_000 + (i * 5), "good");
        }

        rig.RunTo(4_000);

        var good = rig.Arrivals.Where(arrival => arrival.Job.StartsWith("good", StringComparison.Ordinal)).ToList();
        Assert.Equal(200, good.Count);
        Assert.All(good, arrival => Assert.InRange(arrival.At - arrival.TriggerAt, 0, 5));
        Assert.InRange(rig.Engine.ClaimCount, 40, 64);
    }

    [Fact]
    public void Due_jobs_of_a_paused_route_leave_the_due_index_and_come_back_in_due_order()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { IsPaused = true });
        for (var i = 0; i < 100; i++)
        {
            rig.Create("j" + i, 1_000 + ((i * 37) % 100));
        }

        rig.RunTo(5_000);
        Assert.Equal(0, rig.Engine.PendingCount);
        Assert.Equal([TriggerRig.RouteOf("r")], rig.Machine.RoutesWithBacklog);
        rig.Cancel("j7");
        rig.PutRoute("r");
        rig.RunTo(6_000);

        Assert.Equal(99, rig.Arrivals.Count);
        Assert.Equal(rig.Arrivals.Select(arrival => arrival.TriggerAt).Order(), rig.Arrivals.Select(a => a.TriggerAt));
        Assert.Empty(rig.Machine.RoutesWithBacklog);
    }

    [Fact]
    public void A_backlog_is_found_by_a_new_leader()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { IsPaused = true });
        rig.Create("a", 1_000);
        rig.RunTo(4_000);
        rig.Elect(1);
        rig.PutRoute("r");

        rig.RunTo(4_500);

        Assert.Equal(2, Assert.Single(rig.Arrivals).Node);
    }

    [Fact]
    public void An_inherited_claim_is_superseded_after_a_new_admission_and_never_sent_as_it_stands()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.At(1_990, () => rig.Elect(1, isOldToldAtOnce: false));

        rig.RunTo(4_000);

        Assert.Equal(2, rig.Claims.Count);
        var arrival = Assert.Single(rig.Arrivals);
        Assert.Equal(2, arrival.Node);
        Assert.Equal(2, arrival.Attempt);
        Assert.Equal(rig.Claims[1].Claim, arrival.Claim);
        Assert.InRange(arrival.At, 2_000, 2_200);
        Assert.Equal(JobState.Delivered, rig.View("a").State);
    }

    [Fact]
    public void An_inherited_claim_is_superseded_no_earlier_than_its_trigger_time()
    {
        var rig = ARig(new TriggerOptions { InheritGraceMs = 1 });
        rig.Create("a", 2_000);
        rig.At(1_985, () => rig.Elect(1, isOldToldAtOnce: false));

        rig.RunTo(4_000);

        Assert.All(rig.Arrivals, arrival => Assert.True(arrival.At >= 2_000));
        Assert.Single(rig.Arrivals);
    }

    [Fact]
    public void An_inherited_claim_of_a_job_sent_at_most_once_becomes_unknown()
    {
        var rig = ARig();
        rig.Recipient = _ => null;
        rig.Create("a", 2_000, change: job => job with { Mode = DeliveryMode.AtMostOnce });
        rig.At(2_010, () => rig.Elect(1, isOldToldAtOnce: false));

        rig.RunTo(4_000);

        Assert.Single(rig.Arrivals);
        Assert.Equal(JobState.Unknown, rig.View("a").State);
    }

    [Fact]
    public void A_stopped_job_whose_leader_is_gone_is_over()
    {
        var rig = ARig();
        rig.Recipient = _ => null;
        rig.Create("a", 2_000);
        rig.Create("b", 2_000);
        rig.At(2_010, () => rig.Cancel("a"));
        rig.At(2_020, () => rig.Elect(1, isOldToldAtOnce: false));
        rig.At(2_030, () => rig.Cancel("b"));

        rig.RunTo(4_000);

        Assert.Equal(2, rig.Arrivals.Count);
        Assert.Equal(JobState.Cancelled, rig.View("a").State);
        Assert.Equal(JobState.Cancelled, rig.View("b").State);
    }

    [Fact]
    public void A_deposed_leader_hands_its_outcomes_to_the_new_one_and_releases_what_it_did_not_send()
    {
        var rig = ARig();
        rig.Recipient = _ => (60, AttemptResult.Answer(200, 60));
        rig.Create("sent", 2_000, change: job => job with { Mode = DeliveryMode.AtMostOnce });
        rig.Create("claimed", 2_045, change: job => job with { Mode = DeliveryMode.AtMostOnce });
        rig.At(2_038, () => rig.Elect(1));

        rig.RunTo(4_000);

        Assert.Equal(["sent", "claimed"], rig.Arrivals.Select(arrival => arrival.Job));
        Assert.Equal([1, 2], rig.Arrivals.Select(arrival => arrival.Node));
        Assert.Equal(JobState.Delivered, rig.View("sent").State);
        Assert.Equal(JobState.Delivered, rig.View("claimed").State);
    }

    [Fact]
    public void A_leader_that_comes_back_awaits_its_own_attempts_and_does_not_repeat_them()
    {
        var rig = ARig();
        rig.Recipient = _ => (500, AttemptResult.Answer(200, 500));
        rig.Create("a", 2_000);
        rig.At(2_050, () => rig.Elect(0));

        rig.RunTo(4_000);

        Assert.Single(rig.Arrivals);
        Assert.Equal(JobState.Delivered, rig.View("a").State);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void A_handover_makes_no_new_claims_and_waits_for_the_open_ones()
    {
        var rig = ARig();
        rig.Recipient = _ => (300, AttemptResult.Answer(200, 300));
        rig.Create("open", 2_000);
        rig.Create("next", 2_100);
        rig.At(2_020, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));

        rig.RunTo(2_250);
        Assert.False(rig.IsHandedOver);
        rig.RunTo(2_400);
        Assert.True(rig.IsHandedOver);
        Assert.Single(rig.Claims);
        rig.Elect(1);
        rig.RunTo(3_000);

        Assert.Equal(["open", "next"], rig.Arrivals.Select(arrival => arrival.Job));
    }
}
