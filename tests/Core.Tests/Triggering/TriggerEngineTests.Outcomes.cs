using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

/// <content>Sends, outcomes and what follows from them.</content>
public sealed partial class TriggerEngineTests
{
    [Fact]
    public void A_handover_waits_ten_seconds_at_most_and_can_be_taken_back()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { TimeoutMs = 60_000 });
        rig.Recipient = send => send.Key.Id == "hangs" ? null : (1, AttemptResult.Answer(200, 1));
        rig.Create("hangs", 1_000);
        rig.Create("b", 2_000);
        rig.At(1_500, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));

        rig.RunTo(11_450);
        Assert.False(rig.IsHandedOver);
        rig.RunTo(12_550);
        Assert.True(rig.IsHandedOver);
        rig.Engine.EndHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now));
        rig.RunTo(12_700);

        Assert.Equal(["hangs", "b"], rig.Arrivals.Select(arrival => arrival.Job));
    }

    [Fact]
    public void While_a_handover_waits_for_a_silent_recipient_the_other_routes_go_on()
    {
        var rig = ARig();
        rig.PutRoute("silent", route => route with { TimeoutMs = 60_000 });
        rig.Recipient = send => send.Key.Id == "hangs" ? null : (3, AttemptResult.Answer(200, 3));
        rig.Create("hangs", 1_000, "silent");
        rig.Create("waits", 1_500, "silent");
        for (var i = 0; i < 100; i++)
        {
            rig.Create("j" + i, 2_000 + (i * 120));
        }

        rig.At(1_400, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));
        rig.RunTo(10_800);

        Assert.False(rig.IsHandedOver);
        var others = rig.Arrivals.Where(arrival => arrival.Job != "hangs").ToList();
        Assert.Equal(74, others.Count);
        Assert.All(others, arrival => Assert.InRange(arrival.At - arrival.TriggerAt, 0, 10));

        rig.RunTo(11_350);
        Assert.False(rig.IsHandedOver);
        rig.RunTo(11_450);
        Assert.True(rig.IsHandedOver);
        Assert.DoesNotContain(rig.Arrivals, arrival => arrival.At > 10_930);
    }

    [Fact]
    public void A_log_that_is_slow_for_a_moment_makes_no_route_slow_for_the_rest_of_a_handover()
    {
        var rig = ARig();
        rig.PutRoute("silent", route => route with { TimeoutMs = 60_000 });
        rig.Recipient = send => send.Key.Id == "hangs" ? null : (3, AttemptResult.Answer(200, 3));
        rig.CommitMs = () => rig.Now is > 3_000 and < 3_300 ? 400 : 2;
        rig.Create("hangs", 1_000, "silent");
        for (var i = 0; i < 50; i++)
        {
            rig.Create("j" + i, 2_000 + (i * 100));
        }

        rig.At(1_400, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));
        rig.RunTo(7_000);

        var after = rig.Arrivals.Where(arrival => arrival.TriggerAt >= 4_000).ToList();
        Assert.Equal(30, after.Count);
        Assert.All(after, arrival => Assert.InRange(arrival.At - arrival.TriggerAt, 0, 10));
    }

    [Fact]
    public void Once_the_slow_attempts_of_a_handover_are_over_no_more_than_a_blink_is_lost()
    {
        var rig = ARig();
        rig.PutRoute("slow");
        rig.Recipient = send =>
            (send.Route.Key == TriggerRig.RouteOf("slow") ? 3_000 : 3, AttemptResult.Answer(200, 3));
        rig.Create("slow", 1_000, "slow");
        for (var i = 0; i < 60; i++)
        {
            rig.Create("j" + i, 1_000 + (i * 50));
        }

        rig.At(1_400, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));
        rig.RunTo(3_900);
        Assert.False(rig.IsHandedOver);
        Assert.Equal(59, rig.Arrivals.Count);
        rig.RunTo(4_030);

        Assert.True(rig.IsHandedOver);
    }

    [Fact]
    public void A_refused_proposal_gives_its_slots_back_and_the_job_is_claimed_again()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { Concurrency = 1 });
        var refusals = 5;
        rig.IsRefused = () => refusals-- > 0;
        rig.Create("a", 2_000);
        rig.Create("b", 2_000);

        rig.RunTo(4_000);

        Assert.Equal(2, rig.Arrivals.Count);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void A_backlog_whose_claims_are_refused_is_tried_again_with_pauses()
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { IsPaused = true });
        for (var i = 0; i < 20; i++)
        {
            rig.Create("j" + i, 1_000);
        }

        rig.RunTo(5_000);
        rig.IsRefused = () => rig.Now < 7_000;
        rig.PutRoute("r");
        rig.RunTo(5_100);
        var turnsBefore = rig.TurnCount;
        rig.RunTo(7_000);
        var turns = rig.TurnCount - turnsBefore;
        rig.RunTo(9_000);

        Assert.InRange(turns, 1, 800);
        Assert.Equal(20, rig.Arrivals.Count);
        AssertAllSlotsFree(rig);
    }

    [Fact]
    public void A_lost_wake_up_ends_within_a_second_and_is_counted()
    {
        var rig = ARig();
        rig.RunTo(500);
        rig.IsEffectLost = effect => effect.Kind == JobEffectKind.Armed && effect.Key == TriggerRig.Key("lost");
        rig.Create("lost", 10_000);
        rig.Create("other", 20_000);

        rig.RunTo(13_000);

        var arrival = Assert.Single(rig.Arrivals);
        Assert.InRange(arrival.At - 10_000, 1_000, 2_100);
        Assert.Equal(1, rig.Engine.Counters.WheelMissed);
    }

    [Fact]
    public void An_answer_that_is_older_than_what_was_applied_since_arms_nothing_that_is_gone()
    {
        var rig = ARig(leads: false);
        rig.ScanMs = static () => 400;
        rig.Create("cancelled", 700);
        rig.Create("stays", 700);
        rig.Elect(0);
        rig.RunTo(200);
        rig.Cancel("cancelled");
        rig.Create("new", 650);

        rig.RunTo(3_000);

        Assert.Equal(["new", "stays"], rig.Arrivals.Select(arrival => arrival.Job));
        Assert.Equal(0, rig.Engine.Counters.ClaimsRefused);
        Assert.Equal(0, rig.Engine.Counters.WheelMissed);
    }

    [Fact]
    public void Memory_stays_within_its_limit_and_no_job_is_late_or_lost_for_it()
    {
        var rig = ARig(new TriggerOptions { ArmedMax = 200, ScanRowsMax = 50 });
        for (var i = 0; i < 2_000; i++)
        {
            rig.Create("j" + i, 2_000 + (((i * 7919L) % 2_000) * 10));
        }

        var most = 0;
        for (var at = 500; at < 24_000; at += 500)
        {
            rig.RunTo(at);
            most = Math.Max(most, rig.Engine.PendingCount);
        }

        Assert.InRange(most, 100, 200);
        Assert.Equal(2_000, rig.Arrivals.Count);
        Assert.All(rig.Arrivals, arrival => Assert.InRange(arrival.At - arrival.TriggerAt, 0, 5));
        Assert.Equal(0, rig.Engine.Counters.WheelMissed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_wrong_clock_of_three_makes_nothing_early(int wrong)
    {
        var rig = ARig(leads: false);
        rig.Nodes[wrong].SkewMs = 60_000;
        rig.RunTo(100);
        rig.Elect(0);
        rig.Create("a", 5_000);

        rig.RunTo(6_000);

        Assert.InRange(Assert.Single(rig.Arrivals).At, 5_000, 5_060);
    }

    [Fact]
    public void A_wall_clock_that_steps_ahead_fires_nothing_and_one_that_steps_back_delays_nothing()
    {
        var rig = ARig();
        rig.Create("a", 5_000);
        rig.Create("b", 9_000);
        rig.RunTo(2_000);
        rig.Leader!.SkewMs = 600_000;
        rig.RunTo(6_000);
        rig.Leader!.SkewMs = -600_000;

        rig.RunTo(10_000);

        Assert.Equal([5_000, 9_000], rig.Arrivals.Select(arrival => arrival.At));
    }

    [Fact]
    public void A_claim_whose_sender_comes_too_late_is_given_back_and_claimed_anew()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.RunTo(1_990);
        var claim = rig.Claims[0].Claim;
        var node = rig.Leader!;

        var isLate = node.Engine.TryBeginSend(claim, TriggerRig.Group, true, node.Mono(3_500), out _);
        rig.RunTo(6_000);

        Assert.False(isLate);
        Assert.Equal(2, rig.Claims.Count);
        Assert.Equal(1, Assert.Single(rig.Arrivals).Attempt);
    }

    [Fact]
    public void A_node_that_is_no_confirmed_leader_sends_nothing_until_it_is()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.RunTo(1_990);
        var node = rig.Leader!;

        var begins = node.Engine.TryBeginSend(
            rig.Claims[0].Claim, TriggerRig.Group, isStillLeader: false, node.Mono(2_001), out _);
        Assert.False(begins);
        rig.RunTo(4_000);

        Assert.Equal(0, node.Engine.Counters.SendsReleased);
        Assert.Single(rig.Claims);
        Assert.Single(rig.Arrivals);
    }

    [Fact]
    public void A_claim_whose_leader_is_not_confirmed_in_time_is_given_back()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.RunTo(1_990);
        var node = rig.Leader!;
        var claim = rig.Claims[0].Claim;
        var output = new TriggerOutput();

        for (var now = 2_001; now < 3_500; now += 10)
        {
            Assert.False(node.Engine.TryBeginSend(claim, TriggerRig.Group, false, node.Mono(now), out _));
        }

        node.Engine.Advance(node.Mono(3_500), output);
        Assert.Equal(1, node.Engine.Counters.SendsReleased);
    }

    [Theory]
    [InlineData(20_002, 1)]
    [InlineData(22_400, 1)]
    [InlineData(null, 2)]
    public void A_node_that_stood_still_hears_its_sender_before_it_sends_again(int? reportAt, int arrivals)
    {
        var rig = ARig();
        rig.PutRoute("r", route => route with { TimeoutMs = 1_000 });
        rig.Recipient = send => send.Attempt == 1
            ? (reportAt - rig.Now, AttemptResult.Answer(200, 3)) is ({ } takesMs, var result) ? (takesMs, result) : null
            : (3, AttemptResult.Answer(200, 3));
        rig.Create("a", 2_000);
        rig.At(2_100, () => rig.Leader!.FrozenUntil = 20_000);

        rig.RunTo(25_000);

        Assert.Equal(arrivals, rig.Arrivals.Count);
        Assert.Equal(JobState.Delivered, rig.View("a").State);
    }

    [Fact]
    public void One_claim_is_one_write()
    {
        var rig = ARig();
        rig.Recipient = _ => null;
        rig.Create("a", 2_000);
        rig.RunTo(2_005);
        var node = rig.Leader!;

        var again = node.Engine.TryBeginSend(rig.Claims[0].Claim, TriggerRig.Group, true, node.Mono(2_005), out _);

        Assert.Single(rig.Arrivals);
        Assert.False(again);
    }

    [Fact]
    public void Nothing_is_sent_for_a_route_that_was_paused_after_the_claim()
    {
        var rig = ARig();
        rig.Create("a", 2_000);
        rig.RunTo(1_990);
        rig.PutRoute("r", route => route with { IsPaused = true });

        rig.RunTo(2_500);

        Assert.Single(rig.Claims);
        Assert.Empty(rig.Arrivals);
        Assert.Equal(JobState.Scheduled, rig.View("a").State);
    }

    [Fact]
    public void The_floor_of_due_rows_follows_what_is_done_and_never_passes_a_job_that_waits()
    {
        var rig = ARig();
        for (var i = 0; i < 40; i++)
        {
            rig.Create("j" + i, 1_000 + (i * 2_000));
        }

        rig.RunTo(75_000);

        Assert.InRange(rig.Machine.DueFloor.Value - TriggerRig.BaseMs, 25_000, 75_000);
        Assert.Equal(37, rig.Arrivals.Count);
        Assert.Equal(0, rig.Engine.Counters.WheelMissed);
    }

    [Fact]
    public void A_group_without_work_needs_a_turn_a_second_at_most_and_proposes_nothing()
    {
        var rig = ARig();
        rig.RunTo(40_000);
        rig.TurnCount = 0;
        var node = rig.Leader!;
        var (turns, proposals, scans) = (0, 0, 0);
        for (var at = 40_001L; at < 70_000; at++)
        {
            rig.RunTo(at);
            turns += rig.TurnCount;
            proposals += rig.TurnCount * node.Output.Proposals.Count;
            scans += rig.TurnCount * node.Output.Scans.Count;
            rig.TurnCount = 0;
        }

        Assert.InRange(turns, 20, 100);
        Assert.Equal(0, proposals);
        Assert.InRange(scans, 0, 10);
    }

    internal static TriggerRig ARig(TriggerOptions? options = null, bool leads = true)
    {
        var rig = new TriggerRig(options: options);
        rig.PutRoute("r");
        rig.RunTo(1);
        if (leads)
        {
            rig.Elect(0);
        }

        return rig;
    }

    internal static void AssertAllSlotsFree(TriggerRig rig)
    {
        foreach (var node in rig.Nodes)
        {
            Assert.Equal(0, node.Engine.ClaimCount);
            foreach (var route in node.Routes.List())
            {
                Assert.Equal(0, node.Gate.InUse(route.Key));
            }
        }
    }
}
