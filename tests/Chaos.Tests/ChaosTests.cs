namespace TimeMachine.Chaos.Tests;

/// <summary>The short form of the long runs: nodes as processes, little load, and times that a busy machine keeps.
/// </summary>
[Collection(OneCluster.Name)]
public sealed class ChaosTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-chaos-").FullName;

    [Theory]
    [InlineData("kill")]
    [InlineData("all")]
    public async Task No_acknowledged_job_is_lost_or_early(string fault)
    {
        using var output = new StringWriter();
        var options = new ChaosOptions
        {
            TriggersPerSecond = 40,
            CreatesPerSecond = 20,
            Seconds = 12,
            GapMsMax = 15_000,
            FirstPort = FreePorts.First(),
            Directory = _directory,
        };

        var isGood = await new ChaosRun(options, output).RunAsync(fault);

        Assert.True(isGood, output.ToString());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
