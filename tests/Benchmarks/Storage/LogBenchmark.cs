using System.Diagnostics;
using TimeMachine.Storage.Files;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Entries that a majority of three logs on one disk has made durable, through the real engine.</summary>
internal static class LogBenchmark
{
    private const int PayloadBytes = 200;
    private const int InFlight = 512;
    private const double EntriesMin = 100_000;
    private const double SingleP50MsMax = 1;

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        Report.Title($"log: 3 logs on one machine, {PayloadBytes}-byte entries, acknowledged by a majority");
        Report.Line($"raw sync of a 4 KiB write, one file:  {RawSyncs(options):N0}/s");
        Report.Cells(
            ("groups", 8), ("in flight", 12), ("entries/s", 12), ("syncs/s", 10), ("p50 ms", 9), ("p99 ms", 9));
        var isGood = true;
        foreach (var groups in (int[])[12, 64])
        {
            isGood &= Row(options, groups, InFlight) is var full && full.EntriesPerSecond >= EntriesMin;
            isGood &= Row(options, groups, 1) is var single && single.P50Ms <= SingleP50MsMax;
        }

        Report.Verdict(isGood, $">= {EntriesMin:N0} entries/s with {InFlight} in flight, p50 of one <= 1 ms");
        return isGood;
    }

    private static (double EntriesPerSecond, double P50Ms) Row(BenchmarkOptions options, int groups, int inFlight)
    {
        using var directory = new ScratchDirectory(options, "log");
        using var cluster = new DiskCluster(groups, PayloadBytes, directory.Path, SegmentBytes(options));
        cluster.Drive(inFlight, options.Seconds / 5, latencies: null);
        var (latencies, syncs) = (new List<double>(), cluster.Syncs);
        var watch = Stopwatch.StartNew();
        var entries = cluster.Drive(inFlight, options.Seconds, latencies);
        var seconds = watch.Elapsed.TotalSeconds;
        latencies.Sort();
        var (p50, p99) = (Report.Percentile(latencies, 50) / 1_000, Report.Percentile(latencies, 99) / 1_000);
        var rate = entries / seconds;
        Report.Cells(
            (groups, 8), (inFlight, 12), (rate, 12), ((cluster.Syncs - syncs) / seconds, 10), (p50, 9), (p99, 9));
        return (rate, p50);
    }

    /// <summary>A segment is written with zeros before its first use: a short run wants small ones.</summary>
    private static int SegmentBytes(BenchmarkOptions options) =>
        (options.Seconds < TimeSpan.FromSeconds(1) ? 1 : 32) * 1024 * 1024;

    private static double RawSyncs(BenchmarkOptions options)
    {
        using var directory = new ScratchDirectory(options, "sync");
        var files = RealFileSystem.EndingTheProcess();
        using var file = files.Open(Path.Combine(directory.Path, "file"), FileOpening.Create);
        var block = new byte[4_096];
        file.Write(0, new byte[1 << 20]);
        file.Sync();
        var watch = Stopwatch.StartNew();
        var syncs = 0;
        for (; watch.Elapsed < options.Seconds / 5; syncs++)
        {
            file.Write(syncs % 256 * block.Length, block);
            file.Sync();
        }

        return syncs / watch.Elapsed.TotalSeconds;
    }
}
