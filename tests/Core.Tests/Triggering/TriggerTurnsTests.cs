using CsCheck;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

/// <summary>A turn is due again at the same instant only if it has something new to give out.</summary>
public sealed class TriggerTurnsTests
{
    private const int JobCount = 300;
    private const long QuietAt = 8_000;

    /// <summary>Room for reading a backlog page by page, and for what the pages lead to.</summary>
    private const int TurnsAtOnceMax = 8;

    [Fact]
    public void Whatever_the_log_refuses_a_node_does_not_turn_endlessly_at_one_instant() =>
        Gen.ULong.Sample(Check, iter: 30, seed: "0000KHxZ9xW4", threads: 1);

    [Fact]
    public void A_refused_claim_of_a_backlog_is_made_again_after_a_bounded_wait()
    {
        var isFull = false;
        var rig = ARig(seed: 1);
        rig.IsRefused = () => isFull;
        rig.PutRoute("r", static route => route with { IsPaused = true });
        rig.Create("a", 500);
        rig.RunTo(3_000);
        Assert.Single(rig.Machine.RoutesWithBacklog);
        isFull = true;
        rig.PutRoute("r");
        rig.RunTo(4_000);
        isFull = false;

        rig.RunTo(4_100);

        Assert.InRange(Assert.Single(rig.Arrivals).At, 4_000, 4_030);
        Assert.InRange(rig.TurnsAtOnceMost, 1, TurnsAtOnceMax);
    }

    [Fact]
    public void A_log_that_refuses_is_asked_once_a_wait_and_group_however_many_jobs_are_due()
    {
        var asked = 0;
        var rig = ARig(seed: 1);
        rig.PutRoute("r");
        for (var i = 0; i < JobCount; i++)
        {
            rig.Create("j" + i, 500);
        }

        rig.RunTo(400);
        rig.IsRefused = () => ++asked > 0;
        rig.RunTo(1_400);

        Assert.InRange(asked, 1, 1_000 / new TriggerOptions().ProposeAgainMs * 2);
    }

    private static TriggerRig ARig(ulong seed)
    {
        var rig = new TriggerRig(seed) { IsPrompt = true };
        rig.RunTo(60);
        rig.Elect(0);
        return rig;
    }

    private static void Check(ulong seed)
    {
        var rig = ARig(seed);
        var refusals = Spells(rig);
        var deafness = Spells(rig);
        rig.IsRefused = () => Holds(refusals, rig.Now);
        rig.IsDeaf = () => Holds(deafness, rig.Now);
        rig.Recipient = _ => (rig.Draws.Between(1, 80), Answer(rig));
        PlanRoutes(rig);
        PlanJobs(rig);
        PlanHandovers(rig);

        rig.RunTo(QuietAt + 12_000);

        Assert.InRange(rig.TurnsAtOnceMost, 1, TurnsAtOnceMax);
        Assert.Equal(0, rig.Machine.LiveCount);
        Assert.Equal(0, rig.Engine.PendingCount);
        Assert.Equal(0, rig.Engine.ClaimCount);
    }

    /// <summary>Times at which something fails all the while, the last over before the quiet begins.</summary>
    private static List<(long From, long To)> Spells(TriggerRig rig)
    {
        var spells = new List<(long From, long To)>();
        for (var i = 0; i < 4; i++)
        {
            var from = rig.Draws.Between(100, QuietAt - 2_500);
            spells.Add((from, from + rig.Draws.Between(1, 2_500)));
        }

        return spells;
    }

    private static bool Holds(List<(long From, long To)> spells, long now) =>
        spells.Exists(spell => spell.From <= now && now < spell.To);

    private static AttemptResult Answer(TriggerRig rig) =>
        rig.Draws.Chance(1, 6) ? AttemptResult.NotConnected(1) : AttemptResult.Answer(200, 1);

    private static void PlanRoutes(TriggerRig rig)
    {
        rig.PutRoute("free");
        rig.PutRoute("two", static route => route with { Concurrency = 2 });
        rig.PutRoute("slow", static route => route with { RatePerSecond = 60 });
        rig.PutRoute("stops");
        for (var i = 0; i < 3; i++)
        {
            var from = rig.Draws.Between(100, QuietAt - 2_500);
            rig.At(from, () => rig.PutRoute("stops", static route => route with { IsPaused = true }));
            rig.At(from + rig.Draws.Between(1, 2_500), () => rig.PutRoute("stops"));
        }

        rig.At(QuietAt, () => rig.PutRoute("stops"));
    }

    private static void PlanJobs(TriggerRig rig)
    {
        string[] routes = ["free", "two", "slow", "stops", "stops"];
        for (var i = 0; i < JobCount; i++)
        {
            var id = "j" + i;
            var route = routes[rig.Draws.Below(routes.Length)];
            var due = rig.Draws.Between(200, QuietAt - 1_000);
            rig.At(rig.Draws.Between(60, due + 300), () => rig.Create(id, due, route));
        }
    }

    private static void PlanHandovers(TriggerRig rig)
    {
        for (var i = 0; i < 2; i++)
        {
            var from = rig.Draws.Between(100, QuietAt - 1_500);
            rig.At(from, () => rig.Engine.BeginHandover(TriggerRig.Group, rig.Leader!.Mono(rig.Now)));
            rig.At(from + rig.Draws.Between(1, 1_500), () => rig.Engine.EndHandover(
                TriggerRig.Group, rig.Leader!.Mono(rig.Now)));
        }
    }
}
