using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Tests.Runner;

public sealed class RunnerOptionsTests
{
    [Fact]
    public void The_documented_forms_are_understood()
    {
        Assert.Equal(20L, Parse("--seeds", "20", "--first-seed", "7").SeedCount);
        Assert.Equal(7UL, Parse("--seeds", "20", "--first-seed", "7").FirstSeed);
        Assert.Equal(2.5, Parse("--minutes", "2.5").Minutes);
        Assert.Equal(123UL, Parse("--seed", "123").ReplaySeed);
        Assert.True(Parse("--mutants").RunsMutants);
        Assert.Equal("no-sync", Parse("--mutant", "no-sync", "--seeds", "5").MutantName);
        Assert.True(Parse("--seeds", "2", "--files").HasFiles);
        Assert.Equal(3, Parse("--threads", "3").ThreadCount);
    }

    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--nonsense", "1")]
    [InlineData("--minutes", "-1")]
    public void Anything_else_is_refused_with_the_usage(string name, string value)
    {
        var lines = new List<string>();

        Assert.Equal(2, Simulator.Run([name, value], lines.Add));
        Assert.Contains("--first-seed", lines[^1], StringComparison.Ordinal);
    }

    private static RunnerOptions Parse(params string[] args) =>
        Assert.IsType<RunnerOptions>(RunnerOptions.Parse(args, out _));
}
