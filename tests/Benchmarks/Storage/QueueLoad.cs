using System.Diagnostics;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>The steady queue of one tree.</summary>
internal sealed class QueueLoad(JobTree tree, JobSource source, UnixMs start, long spanMs, int step)
{
    private readonly List<DueJob> _due = [];
    private readonly CommandBatch _batch = new();
    private readonly List<CommandNumber> _claims = [];
    private DuePosition _watermark = new(start, default);

    /// <summary>The bytes of all commands so far.</summary>
    public long RawBytes { get; private set; }

    /// <summary>One round: finds what is due, claims, completes, and creates as many.</summary>
    /// <param name="scans">Takes the time of the scan in ms.</param>
    /// <returns>Jobs triggered.</returns>
    public int Turn(List<double> scans)
    {
        _due.Clear();
        var begun = Stopwatch.GetTimestamp();
        tree.Machine.ScanDue(_watermark, start + (1_000 * spanMs), step, _due);
        scans.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        var now = _due[^1].Due;
        _watermark = new DuePosition(now, default);
        Claim(now);
        Complete(now);
        for (var created = 0; created < _due.Count;)
        {
            var jobs = Math.Min(200, _due.Count - created);
            var payload = source.Creates(jobs, now, now + 1_000, spanMs, out var added);
            RawBytes += payload.Length;
            tree.Apply(payload);
            created += added;
        }

        return _due.Count;
    }

    /// <summary>Drops what was not read lately.</summary>
    public void ReleaseBlocks() => tree.Store.Rows.ReleaseBlocks();

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

            RawBytes += _batch.Payload.Length;
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
