namespace TimeMachine.Benchmarks.Storage;

/// <summary>Log and job store on a real disk.</summary>
internal static class StorageBenchmark
{
    /// <summary>Prints the tables.</summary>
    /// <returns>Whether all figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var isGood = true;
        foreach (var part in options.Parts)
        {
            isGood &= part switch
            {
                "log" => LogBenchmark.Run(options),
                "creates" => CreateBenchmark.Run(options),
                "queue" => QueueBenchmark.Run(options),
                "pending" => PendingBenchmark.Run(options),
                _ => ImageBenchmark.Run(options),
            };
        }

        return isGood;
    }
}
