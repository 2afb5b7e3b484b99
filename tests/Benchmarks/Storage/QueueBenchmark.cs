using System.Diagnostics;
using TimeMachine.Core.Node;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>
/// A steady queue: the earliest jobs are found, claimed and completed, and as many new ones come in at random times.
/// </summary>
internal static class QueueBenchmark
{
    private const long Jobs = 5_000_000;
    private const int Step = 1_000;
    private const long SpanMs = 7L * 86_400_000;
    private static readonly long BudgetBytes = new CheckpointOptions().FreshBytesMax;
    private static readonly UnixMs Start = new(1_800_000_000_000);

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var isGood = Run(options, 12);
        isGood &= Run(options, 1);
        return isGood;
    }

    private static bool Run(BenchmarkOptions options, int count)
    {
        var jobs = Math.Min(Jobs, options.Jobs);
        Report.Title($"queue: {jobs:N0} pending in {count} trees; scan {Step} due, claim, complete, create {Step}");
        using var directory = new ScratchDirectory(options, "queue");
        var trees = Enumerable.Range(0, count)
            .Select(i => new JobTree(Path.Combine(directory.Path, $"{i}"), new JobStoreOptions())).ToList();
        using var merger = new Merger(trees, BudgetBytes);
        var source = new JobSource(2);
        Fill(trees, merger, source, jobs);
        var queues = trees.ConvertAll(tree => new QueueLoad(tree, source, Start, SpanMs, Step));
        Report.Cells(
            ("window", 7), ("triggers/s", 12), ("scan p50 ms", 13), ("scan p99 ms", 13), ("stall ms", 10),
            ("RSS MB", 8), ("CPU us", 8), ("GCs", 14));
        var isGood = Measure(options, queues, merger);
        Report.Verdict(isGood, $">= 50,000/s in every window, scan p99 flat");
        trees.ForEach(static tree => tree.Dispose());
        return isGood;
    }

    private static bool Measure(BenchmarkOptions options, List<QueueLoad> queues, Merger merger)
    {
        var (worst, first, last) = (double.MaxValue, 0.0, 0.0);
        const int Windows = 5;
        for (var window = 0; window < Windows; window++)
        {
            var (rate, p99) = Window(queues, merger, options.Seconds / Windows, window);
            worst = Math.Min(worst, rate);
            first = window == 0 ? p99 : first;
            last = p99;
        }

        return worst >= 50_000 && last <= 2 * first;
    }

    private static void Fill(List<JobTree> trees, Merger merger, JobSource source, long jobs)
    {
        var turn = 0;
        var entry = (int)Math.Min(200, 1 + (jobs / trees.Count));
        for (var done = 0L; done < jobs; turn++)
        {
            trees[turn % trees.Count].Apply(source.Creates(entry, Start, Start, SpanMs, out var added));
            done += added;
            merger.Poll();
        }

        merger.Settle();
    }

    private static (double Rate, double P99) Window(
        List<QueueLoad> queues, Merger merger, TimeSpan time, int window)
    {
        var (cpu, collections) = (Process.GetCurrentProcess().TotalProcessorTime, Collections());
        var waited = merger.WaitedMs;
        var scans = new List<double>();
        var watch = Stopwatch.StartNew();
        var (triggers, released) = (0L, 0L);
        for (var turn = 0; watch.Elapsed < time; turn++)
        {
            triggers += queues[turn % queues.Count].Turn(scans);
            merger.Poll();
            if (watch.ElapsedMilliseconds / 1_000 > released)
            {
                released = watch.ElapsedMilliseconds / 1_000;
                queues.ForEach(static queue => queue.ReleaseBlocks());
            }
        }

        var rate = triggers / watch.Elapsed.TotalSeconds;
        scans.Sort();
        var (p50, p99) = (Report.Percentile(scans, 50), Report.Percentile(scans, 99));
        var cpuEach = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / triggers;
        var after = Collections();
        Report.Cells(
            (window, 7), (rate, 12), (p50, 13), (p99, 13), (merger.WaitedMs - waited, 10),
            (ProcessFigures.ResidentBytes() / 1_000_000, 8), (cpuEach, 8),
            ($"{after.Zero - collections.Zero}/{after.One - collections.One}/{after.Two - collections.Two}", 14));
        return (rate, p99);
    }

    private static (int Zero, int One, int Two) Collections() =>
        (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
}
