namespace TimeMachine.Chaos;

/// <summary>All runs by name. Each has a cluster of its own, and tells whether all held.</summary>
internal static class Runs
{
    /// <summary>The runs.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ChaosOptions, TextWriter, Task<bool>>> All =
        new Dictionary<string, Func<ChaosOptions, TextWriter, Task<bool>>>(
            Faults.All.Keys.Select(static fault => KeyValuePair.Create(fault, OfFault(fault))), StringComparer.Ordinal)
        {
            [LimitsRun.Name] = static (options, output) =>
                AloneAsync(options, cluster => new LimitsRun(options, cluster, output).RunAsync()),
            [HangRun.Name] = static (options, output) =>
                AloneAsync(options, cluster => new HangRun(Lighter(options), cluster, output).RunAsync()),
            [ClosesRun.Name] = static (options, output) =>
                AloneAsync(options, cluster => new ClosesRun(options, cluster, output).RunAsync()),
        };

    private static Func<ChaosOptions, TextWriter, Task<bool>> OfFault(string fault) =>
        (options, output) => new ChaosRun(options, output).RunAsync(fault);

    // It is about what routes do to each other: a machine without anything left makes all of them late.
    private static ChaosOptions Lighter(ChaosOptions options) => options with
    {
        TriggersPerSecond = Math.Max(1, options.TriggersPerSecond * 2 / 5),
        CreatesPerSecond = Math.Max(1, options.CreatesPerSecond * 2 / 5),
    };

    private static async Task<bool> AloneAsync(ChaosOptions options, Func<ChaosCluster, Task<bool>> run)
    {
        using var cluster = await ChaosCluster.StartAsync(options);
        return await run(cluster);
    }
}
