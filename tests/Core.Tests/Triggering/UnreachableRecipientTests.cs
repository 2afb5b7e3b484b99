using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

/// <summary>A recipient that cannot be reached is asked seldom, and soon again when it is back.</summary>
public sealed class UnreachableRecipientTests
{
    private const long BackAt = 60_000;

    [Fact]
    public void Jobs_that_are_due_when_it_is_back_wait_for_five_seconds_at_most()
    {
        var rig = TriggerEngineTests.ARig();
        rig.PutRoute("r", route => route with { AttemptsMax = 1_000 });
        rig.Recipient = _ => rig.Now < BackAt
            ? (1, AttemptResult.NotConnected(1))
            : (1, AttemptResult.Answer(200, 1));
        for (var i = 0; i < 12; i++)
        {
            rig.Create($"old{i}", 1_000);
            rig.Create($"new{i}", BackAt + 100);
        }

        rig.RunTo(BackAt - 1);
        var heldBefore = rig.Engine.HeldRoutes;
        var triesBefore = rig.Arrivals.Count;
        rig.RunTo(BackAt + 6_000);

        Assert.Equal((1, 0), (heldBefore, rig.Engine.HeldRoutes));
        Assert.InRange(triesBefore, 12, 60);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(JobState.Delivered, rig.View($"old{i}").State);
            Assert.Equal(JobState.Delivered, rig.View($"new{i}").State);
        }
    }
}
