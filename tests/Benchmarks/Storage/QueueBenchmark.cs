using System.Diagnostics;
using TimeMachine.Core.Jobs;
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
    private const long BudgetBytes = 384L * 1024 * 1024;
    private static readonly UnixMs Start = new(1_800_000_000_000);

    /// <summary>Prints the table.</summary>
    /// <returns>Whether the figures are what they must be.</returns>
    public static bool Run(BenchmarkOptions options)
    {
        var jobs = Math.Min(Jobs, options.Jobs);
        Report.Title($"queue: {jobs:N0} pending, scan {Step} due, claim, complete, create {Step}, one tree");
        using var directory = new ScratchDirectory(options, "queue");
        using var tree = new JobTree(directory.Path, new JobStoreOptions());
        using var merger = new Merger([tree], BudgetBytes);
        var source = new JobSource(2);
        Fill(tree, merger, source, jobs);
        Report.Cells(
            ("window", 7), ("triggers/s", 12), ("scan p50 ms", 13), ("scan p99 ms", 13), ("stall ms", 10),
            ("RSS MB", 8), ("CPU us", 8));
        var queue = new Queue(tree, merger, source);
        var (worst, first, last) = (double.MaxValue, 0.0, 0.0);
        const int Windows = 5;
        for (var window = 0; window < Windows; window++)
        {
            var (rate, p99) = Window(queue, merger, options.Seconds / Windows, window);
            worst = Math.Min(worst, rate);
            first = window == 0 ? p99 : first;
            last = p99;
        }

        var isGood = worst >= 50_000 && last <= 2 * first;
        Report.Verdict(isGood, $">= 50,000/s in every window, scan p99 flat");
        return isGood;
    }

    private static void Fill(JobTree tree, Merger merger, JobSource source, long jobs)
    {
        for (var done = 0L; done < jobs;)
        {
            tree.Apply(source.Creates(200, Start, Start, SpanMs, out var added));
            done += added;
            merger.Poll();
        }

        merger.Settle();
    }

    private static (double Rate, double P99) Window(Queue queue, Merger merger, TimeSpan time, int window)
    {
        queue.Scans.Clear();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var waited = merger.WaitedMs;
        var watch = Stopwatch.StartNew();
        var triggers = 0L;
        while (watch.Elapsed < time)
        {
            triggers += queue.Turn();
        }

        var rate = triggers / watch.Elapsed.TotalSeconds;
        queue.Scans.Sort();
        var (p50, p99) = (Report.Percentile(queue.Scans, 50), Report.Percentile(queue.Scans, 99));
        var cpuEach = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / triggers;
        Report.Cells(
            (window, 7), (rate, 12), (p50, 13), (p99, 13), (merger.WaitedMs - waited, 10),
            (ProcessFigures.ResidentBytes() / 1_000_000, 8), (cpuEach, 8));
        return (rate, p99);
    }

    private sealed class Queue(JobTree tree, Merger merger, JobSource source)
    {
        private readonly List<DueJob> _due = [];
        private readonly CommandBatch _batch = new();
        private readonly List<CommandNumber> _claims = [];
        private DuePosition _watermark = new(Start, default);

        public List<double> Scans { get; } = [];

        public int Turn()
        {
            _due.Clear();
            var begun = Stopwatch.GetTimestamp();
            _watermark = tree.Machine.ScanDue(_watermark, Start + (1_000 * SpanMs), Step, _due);
            Scans.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            var now = _due[^1].Due;
            Claim(now);
            Complete(now);
            for (var created = 0; created < _due.Count;)
            {
                var jobs = Math.Min(200, _due.Count - created);
                tree.Apply(source.Creates(jobs, now, now + 1_000, SpanMs, out var added));
                created += added;
            }

            merger.Poll();
            return _due.Count;
        }

        private void Claim(UnixMs now)
        {
            _claims.Clear();
            Batches(i => new JobCommand
            {
                Kind = JobCommandKind.Claim,
                Time = now,
                Key = _due[i].Key,
                Version = _due[i].Version,
                Attempt = 1,
                Route = _due[i].Route,
                RouteRevision = new CommandNumber(1),
                Mode = DeliveryMode.AtLeastOnce,
                TimeoutMs = 10_000,
                AttemptsMax = 5,
                Due = _due[i].Due,
                SendBy = now + 1_000,
            }, claimed: true);
        }

        private void Complete(UnixMs now) => Batches(i => new JobCommand
        {
            Kind = JobCommandKind.Outcome,
            Time = now,
            Key = _due[i].Key,
            Version = _due[i].Version,
            Claim = _claims[i],
            Outcome = OutcomeKind.Complete,
            At = now,
            HttpStatus = 200,
            DurationMs = 3,
        }, claimed: false);

        private void Batches(Func<int, JobCommand> make, bool claimed)
        {
            for (var next = 0; next < _due.Count;)
            {
                _batch.Clear();
                var first = next;
                while (next < _due.Count && _batch.TryAdd(make(next)))
                {
                    next++;
                }

                var output = tree.Apply(_batch.Payload.ToArray());
                foreach (var (position, answer) in output.Answers)
                {
                    Invariant.Require(answer.Code == ErrorCode.None);
                    if (claimed)
                    {
                        _claims.Add(CommandNumber.At(tree.Machine.Applied, position));
                    }
                }

                Invariant.Require(output.Answers.Count == next - first);
            }
        }
    }
}
