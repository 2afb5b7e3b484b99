using System.Diagnostics;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Creates through the real state machine, merges included.</summary>
internal static class CreateBenchmark
{

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        Report.Title($"creates: random ids, 300-byte jobs, existence checked, merges included");
        Report.Cells(
            ("trees", 6), ("jobs", 12), ("jobs/s", 10), ("settled/s", 11), ("merges", 8), ("merge s", 9),
            ("stall ms", 10), ("disk MB", 9), ("write amp", 11), ("CPU us", 8));
        var isGood = true;
        foreach (var count in options.Trees)
        {
            isGood &= Row(options, count) >= (count == 1 ? 75_000 : 60_000);
        }

        Report.Verdict(isGood, $">= 75,000/s in one tree, >= 60,000/s over twelve");
        return isGood;
    }

    private static double Row(BenchmarkOptions options, int count)
    {
        using var directory = new ScratchDirectory(options, "creates");
        using var open = new JobTrees(directory.Path, count, options.FreshBytesMax);
        var (trees, merger) = (open.All, open.Merger);
        var source = new JobSource(1);
        var (before, cpu) = (ProcessFigures.WrittenBytes(), Process.GetCurrentProcess().TotalProcessorTime);
        var watch = Stopwatch.StartNew();
        var (jobs, raw) = (0L, 0L);
        for (var turn = 0; watch.Elapsed < options.Seconds; turn++)
        {
            var now = new UnixMs(1_800_000_000_000 + turn);
            var payload = source.Creates(200, now, now + 60_000, 30L * 86_400_000, out var added);
            trees[turn % count].Apply(payload);
            jobs += added;
            raw += payload.Length;
            merger.Poll();
        }

        var rate = jobs / watch.Elapsed.TotalSeconds;
        merger.Settle();
        var settled = jobs / watch.Elapsed.TotalSeconds;
        var written = ProcessFigures.WrittenBytes() - before;
        var cpuEach = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / jobs;
        var mergeSeconds = trees.Sum(static tree => tree.MergeTime.TotalSeconds);
        Report.Cells(
            (count, 6), (jobs, 12), (rate, 10), (settled, 11), (trees.Sum(static tree => tree.Merges), 8),
            (mergeSeconds, 9), (merger.LongestWaitMs, 10), (directory.Bytes / 1e6, 9), ((double)written / raw, 11),
            (cpuEach, 8));
        return rate;
    }
}
