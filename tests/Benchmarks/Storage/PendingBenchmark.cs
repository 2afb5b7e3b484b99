using System.Diagnostics;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Many jobs present, as the vnodes of one node hold them: memory, disk, creates on top, and opening again.
/// </summary>
internal static class PendingBenchmark
{
    private const int Trees = 64;
    private const long Jobs = 10_000_000;
    private const double ResidentMbMax = 1_074;
    private const int CreatesPerSecond = 5_000;
    private const long SpanMs = 7L * 86_400_000;
    private static readonly UnixMs Start = new(1_800_000_000_000);

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var count = options.Jobs ?? Jobs;
        Report.Title($"pending: {count:N0} jobs, {Trees} trees, then {CreatesPerSecond:N0} creates/s on top");
        using var directory = new ScratchDirectory(options, "pending");
        var (raw, unmerged) = (0L, 0.0);
        var isGood = true;
        using (var pending = new PendingTrees(directory.Path, Trees, options.FreshBytesMax))
        {
            var filled = pending.Fill(count, Start, SpanMs);
            pending.Settle();
            raw = pending.RawBytes;
            isGood &= Present(pending, directory, filled);
            isGood &= CreateOnTop(pending, options.Seconds);
            unmerged = pending.FreshBytes / 1e6;
        }

        isGood &= Reopen(directory, options, count, unmerged);
        Report.Verdict(
            isGood, $"RSS <= 1 GiB, disk <= 2x raw, {CreatesPerSecond:N0}/s held, open in 2 s: at 10,000,000 jobs");
        return isGood;
    }

    private static bool Present(PendingTrees pending, ScratchDirectory directory, double jobsPerSecond)
    {
        pending.ReleaseBlocks();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        var (resident, disk) = (ProcessFigures.ResidentBytes() / 1e6, directory.Bytes / 1e6);
        var raw = pending.RawBytes / 1e6;
        Report.Line($"filled at {jobsPerSecond:N0} jobs/s; raw {raw:N0} MB, disk {disk:N0} MB, RSS {resident:N0} MB");
        return resident <= ResidentMbMax && disk <= 2 * raw;
    }

    private static bool CreateOnTop(PendingTrees pending, TimeSpan time)
    {
        var process = Process.GetCurrentProcess();
        var (cpu, written) = (process.TotalProcessorTime, ProcessFigures.WrittenBytes());
        var (raw, rows) = (pending.RawBytes, pending.Rows);
        var applies = new List<double>();
        var reads = new List<double>();
        var watch = Stopwatch.StartNew();
        var jobs = pending.Pace(CreatesPerSecond, time, Start, SpanMs, applies, reads);
        var rate = jobs / watch.Elapsed.TotalSeconds;
        process.Refresh();
        var amplification = (double)(ProcessFigures.WrittenBytes() - written) / (pending.RawBytes - raw);
        var cpuEach = (process.TotalProcessorTime - cpu).TotalMicroseconds / jobs;
        var put = (pending.Rows.Written - rows.Written) / (double)jobs;
        var read = (pending.Rows.Read - rows.Read) / (double)jobs;
        Report.Line($"creates/s {rate:N0}, write amplification {amplification:N1}, CPU {cpuEach:N1} us a job");
        Report.Line($"rows put {put:N2} a job, looked up {read:N2}");
        Percentiles("an entry of 50 creates, from when it was due", applies);
        Percentiles("a read by id", reads);
        var resident = ProcessFigures.ResidentBytes() / 1e6;
        Report.Line($"RSS {resident:N0} MB");
        return resident <= ResidentMbMax && rate >= CreatesPerSecond * 0.98;
    }

    private static void Percentiles(string what, List<double> times)
    {
        times.Sort();
        var (p50, p99) = (Report.Percentile(times, 50), Report.Percentile(times, 99));
        Report.Line($"{what}: p50 {p50:N2} ms, p99 {p99:N2} ms");
    }

    private static bool Reopen(ScratchDirectory directory, BenchmarkOptions options, long jobs, double unmerged)
    {
        var watch = Stopwatch.StartNew();
        using var pending = new PendingTrees(directory.Path, Trees, options.FreshBytesMax);
        var seconds = watch.Elapsed.TotalSeconds;
        Report.Line($"opened in {seconds:N2} s; {unmerged:N0} MB of rows were not merged: to be replayed");
        Invariant.Require(pending.LiveCount >= jobs);
        return seconds <= 2;
    }
}
