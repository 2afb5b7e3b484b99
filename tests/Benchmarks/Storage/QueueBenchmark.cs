using System.Diagnostics;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>
/// A steady queue: the earliest jobs are found, claimed and completed, and as many new ones come in at random times.
/// </summary>
internal static class QueueBenchmark
{
    private const long Jobs = 5_000_000;
    private const int Step = 1_000;
    private const long SpanMs = 7L * 86_400_000;
    private static readonly UnixMs Start = new(1_800_000_000_000);

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var isGood = true;
        foreach (var count in options.Trees)
        {
            isGood &= Run(options, count);
        }

        return isGood;
    }

    private static bool Run(BenchmarkOptions options, int count)
    {
        var jobs = options.Jobs ?? Jobs;
        Report.Title($"queue: {jobs:N0} pending in {count} trees; scan {Step} due, claim, complete, create {Step}");
        using var directory = new ScratchDirectory(options, "queue");
        using var open = new JobTrees(directory.Path, count, options.FreshBytesMax);
        var source = new JobSource(2);
        Fill(open, source, jobs);
        var queues = open.All.Select(tree => new QueueLoad(tree, source, Start, SpanMs, Step)).ToList();
        Report.Cells(
            ("window", 7), ("triggers/s", 12), ("scan p50 ms", 13), ("scan p99 ms", 13), ("stall ms", 10),
            ("RSS MB", 8), ("CPU us", 8), ("rows put", 10), ("read", 7), ("write amp", 11), ("GCs", 14));
        var isGood = Measure(options, queues, open);
        Report.Verdict(isGood, $">= 50,000/s in every window, scan p99 flat");
        Report.Line($"disk {directory.Bytes / 1e6:N0} MB");
        return isGood;
    }

    private static bool Measure(BenchmarkOptions options, List<QueueLoad> queues, JobTrees open)
    {
        var (worst, first, last) = (double.MaxValue, 0.0, 0.0);
        const int Windows = 5;
        for (var window = 0; window < Windows; window++)
        {
            var (rate, p99) = Window(queues, open, options.Seconds / Windows, window);
            worst = Math.Min(worst, rate);
            first = window == 0 ? p99 : first;
            last = p99;
        }

        return worst >= 50_000 && last <= 2 * first;
    }

    private static void Fill(JobTrees open, JobSource source, long jobs)
    {
        var turn = 0;
        var entry = (int)Math.Min(200, 1 + (jobs / open.All.Count));
        for (var done = 0L; done < jobs; turn++)
        {
            open.All[turn % open.All.Count].Apply(source.Creates(entry, Start, Start, SpanMs, out var added));
            done += added;
            open.Merger.Poll();
        }

        open.Merger.Settle();
    }

    private static (double Rate, double P99) Window(
        List<QueueLoad> queues, JobTrees open, TimeSpan time, int window)
    {
        var (cpu, collections) = (Process.GetCurrentProcess().TotalProcessorTime, Collections());
        var (waited, rows, disk) = (open.Merger.WaitedMs, open.Rows, ProcessFigures.WrittenBytes());
        var raw = queues.Sum(static queue => queue.RawBytes);
        var scans = new List<double>();
        var watch = Stopwatch.StartNew();
        var (triggers, released) = (0L, 0L);
        for (var turn = 0; watch.Elapsed < time; turn++)
        {
            triggers += queues[turn % queues.Count].Turn(scans);
            open.Merger.Poll();
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
            (window, 7), (rate, 12), (p50, 13), (p99, 13), (open.Merger.WaitedMs - waited, 10),
            (ProcessFigures.ResidentBytes() / 1_000_000, 8), (cpuEach, 8),
            ((open.Rows.Written - rows.Written) / (double)triggers, 10),
            ((open.Rows.Read - rows.Read) / (double)triggers, 7),
            ((ProcessFigures.WrittenBytes() - disk) / (double)(queues.Sum(static queue => queue.RawBytes) - raw), 11),
            ($"{after.Zero - collections.Zero}/{after.One - collections.One}/{after.Two - collections.Two}", 14));
        return (rate, p99);
    }

    private static (int Zero, int One, int Two) Collections() =>
        (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
}
