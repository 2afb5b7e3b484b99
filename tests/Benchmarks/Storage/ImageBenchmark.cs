using System.Diagnostics;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>An image of a replica, out and in, and what it costs those who apply meanwhile.</summary>
internal static class ImageBenchmark
{
    private const long Jobs = 1_000_000;
    private const int PartBytes = 256 * 1024;

    /// <summary>How fast an image goes out beside applies: above the least that is asked for. The product sends part by
    /// part, each when the one before is confirmed, and is slower.</summary>
    private const double PacedPerSecond = 250_000;
    private static readonly UnixMs Start = new(1_800_000_000_000);

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var jobs = options.Jobs ?? Jobs;
        Report.Title($"image: {jobs:N0} jobs, parts of 256 KiB");
        using var directory = new ScratchDirectory(options, "image");
        using var tree = new JobTree(Path.Combine(directory.Path, "1"), new JobStoreOptions());
        using var merger = new Merger([tree], 256L * 1024 * 1024);
        var source = new JobSource(3);
        for (var done = 0L; done < jobs;)
        {
            done += Apply(tree, merger, source);
        }

        merger.Settle();
        var parts = new List<byte[]>();
        var alone = ApplyRate(tree, merger, source, time => time > options.Seconds / 12);
        var outRate = Out(tree, parts);
        merger.Settle();
        var beside = Beside(
            tree, merger, source, parts.Sum(static part => (long)part.Length), out var pacedRate);
        var inRate = In(directory, jobs, parts);
        var loss = 1 - (beside / alone);
        var megabytes = parts.Sum(static part => (long)part.Length) / 1e6;
        Report.Line($"out {outRate,10:N0} jobs/s   in {inRate,10:N0} jobs/s   {megabytes:N0} MB");
        Report.Line($"applies: {alone:N0}/s alone, {beside:N0}/s while an image goes out: {loss:P0} less");
        Report.Line($"that image: {pacedRate:N0} jobs/s, paced");
        var isGood = Math.Min(outRate, pacedRate) >= 200_000 && inRate >= 75_000 && loss <= 0.3;
        Report.Verdict(isGood, $">= 200,000/s out, >= 75,000/s in, applies lose <= 30 %");
        return isGood;
    }

    private static int Apply(JobTree tree, Merger merger, JobSource source)
    {
        tree.Apply(source.Creates(200, Start, Start, 7L * 86_400_000, out var added));
        merger.Poll();
        return added;
    }

    private static double ApplyRate(JobTree tree, Merger merger, JobSource source, Func<TimeSpan, bool> isOver)
    {
        var watch = Stopwatch.StartNew();
        var jobs = 0L;
        while (!isOver(watch.Elapsed))
        {
            jobs += Apply(tree, merger, source);
        }

        return jobs / watch.Elapsed.TotalSeconds;
    }

    private static double Out(JobTree tree, List<byte[]> parts)
    {
        tree.Machine.WriteCheckpoint();
        new AppliedPoint(tree.Machine.Applied, new Term(1), Configuration.Empty).Write(tree.Store.Rows);
        using var snapshot = tree.Store.Rows.Snapshot();
        var watch = Stopwatch.StartNew();
        var writer = new ImageWriter(snapshot);
        for (var isLast = false; !isLast;)
        {
            var part = new byte[PartBytes];
            var length = writer.Fill(part, out isLast);
            parts.Add(part[..length]);
        }

        return tree.Machine.LiveCount / watch.Elapsed.TotalSeconds;
    }

    private static double Beside(
        JobTree tree, Merger merger, JobSource source, long imageBytes, out double pacedRate)
    {
        using var snapshot = tree.Store.Rows.Snapshot();
        var isOver = false;
        var imageJobs = tree.Machine.LiveCount;
        var time = TimeSpan.Zero;
        var thread = new Thread(() =>
        {
            var (writer, part) = (new ImageWriter(snapshot), new byte[PartBytes]);
            var watch = Stopwatch.StartNew();
            var sent = 0L;
            for (var isLast = false; !isLast;)
            {
                sent += writer.Fill(part, out isLast);
                var due = TimeSpan.FromSeconds(sent / (double)imageBytes * imageJobs / PacedPerSecond);
                if (due > watch.Elapsed)
                {
                    Thread.Sleep(due - watch.Elapsed);
                }
            }

            time = watch.Elapsed;
            Volatile.Write(ref isOver, true);
        });
        thread.Start();
        var rate = ApplyRate(tree, merger, source, _ => Volatile.Read(ref isOver));
        thread.Join();
        pacedRate = imageJobs / time.TotalSeconds;
        return rate;
    }

    private static double In(ScratchDirectory directory, long jobs, List<byte[]> parts)
    {
        var watch = Stopwatch.StartNew();
        using var install = ReplicaInstall.Begin(
            RealFileSystem.EndingTheProcess(), Path.Combine(directory.Path, "2"), new JobStoreOptions());
        foreach (var part in parts)
        {
            var error = install.Take(part);
            Invariant.Require(error == ErrorCode.None);
        }

        using var store = install.Finish();
        Invariant.Require(store is not null);
        var rate = jobs / watch.Elapsed.TotalSeconds;
        var copy = JobStateMachine.Load(store.Rows, new JobOptions());
        Invariant.Require(copy.LiveCount >= jobs);
        return rate;
    }
}
