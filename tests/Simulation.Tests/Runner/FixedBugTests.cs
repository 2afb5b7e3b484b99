using TimeMachine.Simulation.Nodes;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Tests.Runner;

/// <summary>
/// Seeds that found something, in the core or in the simulator, by what it was. A run changes with every change of what
/// it runs, so each also has a test of its own where it was; here it is replayed as it was found.
/// </summary>
public sealed class FixedBugTests
{
    [Theory]
    [InlineData(82, "a claim that the log refused was made again at the same instant without end")]
    [InlineData(200, "a claim that the log refused was made again at the same instant without end")]
    [InlineData(5349, "an acknowledgement left before its replica was lost, and counted as never given")]
    [InlineData(6921, "a flipped bit that nothing later says was synced looks like a torn tail")]
    [InlineData(7523, "a silent voter was removed before another had its place, and then a disk died")]
    [InlineData(8148, "claims of a leader that is not confirmed were given back and made again without end")]
    [InlineData(9055, "a route whose rate was lowered got no slots any more")]
    [InlineData(9808, "what a leader had told when it was ended left a moment later")]
    [InlineData(100723, "a replica began while the log had no room yet for the end of the one before")]
    [InlineData(101771, "a flipped bit in the record of an end was called a dead id that came back")]
    [InlineData(107894, "a node that had left was added to the system group again, and promoted when it was gone")]
    [InlineData(200767, "a system replica that was made anew emptied the routes of a node that counted as confirmed")]
    [InlineData(202812, "a bit was flipped in what had been written over a write that was known to be synced")]
    [InlineData(100434, "the run of a redriven job was called a claim for a dead life of its route")]
    [InlineData(309307, "what an image of the committed past made void was called lost")]
    public void A_seed_that_found_something_finds_nothing_any_more(ulong seed, string what)
    {
        var lines = new List<string>();

        var totals = new SeedRunner(() => new NodeSetup(), 1, lines.Add).Run(seed, 1, double.MaxValue);

        Assert.True(totals.Violations.Count == 0, $"{what}\n{string.Join('\n', lines)}");
    }
}
