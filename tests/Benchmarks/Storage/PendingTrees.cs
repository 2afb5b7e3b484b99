using System.Diagnostics;
using TimeMachine.Core.Jobs;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>The trees of one node.</summary>
internal sealed class PendingTrees : IDisposable
{
    private const int JobsAnEntry = 50;
    private const int ReadEvery = 5;
    private readonly List<JobTree> _trees;
    private readonly Merger _merger;
    private readonly JobSource _source = new(4);
    private readonly List<JobKey> _keys = [];
    private int _next;

    public PendingTrees(string path, int count, long budgetBytes)
    {
        _trees = [.. Enumerable.Range(0, count)
            .Select(i => new JobTree(Path.Combine(path, $"{i}"), new JobStoreOptions()))];
        _merger = new Merger(_trees, budgetBytes);
    }

    /// <summary>The bytes of all commands so far.</summary>
    public long RawBytes { get; private set; }

    public long FreshBytes => _trees.Sum(static tree => tree.Store.Rows.FreshBytes);

    public long LiveCount => _trees.Sum(static tree => tree.Machine.LiveCount);

    /// <summary>Creates jobs as fast as it goes.</summary>
    /// <returns>Jobs a second.</returns>
    public double Fill(long jobs, UnixMs start, long spanMs)
    {
        var watch = Stopwatch.StartNew();
        for (var done = 0L; done < jobs;)
        {
            done += Create(200, start, spanMs);
            if (_next % 2_000 == 0)
            {
                ReleaseBlocks();
            }
        }

        return jobs / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Creates so many jobs a second, and reads one of them by id now and then.</summary>
    /// <param name="jobsPerSecond">How many.</param>
    /// <param name="time">How long.</param>
    /// <param name="start">The time in the log.</param>
    /// <param name="spanMs">Due times are drawn from so many milliseconds on.</param>
    /// <param name="applies">Takes the time of each entry in ms, from when it should have begun.</param>
    /// <param name="reads">Takes the time of each read in ms.</param>
    /// <returns>Jobs created.</returns>
    public long Pace(
        int jobsPerSecond, TimeSpan time, UnixMs start, long spanMs, List<double> applies, List<double> reads)
    {
        var watch = Stopwatch.StartNew();
        var (jobs, released) = (0L, 0L);
        while (watch.Elapsed < time)
        {
            var due = TimeSpan.FromSeconds((double)jobs / jobsPerSecond);
            if (watch.Elapsed < due)
            {
                Thread.Sleep(1);
                continue;
            }

            jobs += Create(JobsAnEntry, start, spanMs);
            applies.Add((watch.Elapsed - due).TotalMilliseconds);
            if (_next % ReadEvery == 0)
            {
                reads.Add(ReadOne());
            }

            if (watch.ElapsedMilliseconds / 1_000 > released)
            {
                released = watch.ElapsedMilliseconds / 1_000;
                ReleaseBlocks();
            }
        }

        return jobs;
    }

    /// <summary>Merges all that is fresh.</summary>
    public void Settle() => _merger.Settle();

    /// <summary>As a node does every second.</summary>
    public void ReleaseBlocks() => _trees.ForEach(static tree => tree.Store.Rows.ReleaseBlocks());

    public void Dispose()
    {
        _merger.Dispose();
        _trees.ForEach(static tree => tree.Dispose());
    }

    private int Create(int jobs, UnixMs start, long spanMs)
    {
        var payload = _source.Creates(jobs, start, start + 1_000, spanMs, out var added);
        var tree = _trees[_next++ % _trees.Count];
        tree.Apply(payload);
        RawBytes += payload.Length;
        _merger.Poll();
        if (_next % 100 == 1)
        {
            _keys.Add(_source.LastKey);
        }

        return added;
    }

    private double ReadOne()
    {
        // Every hundredth entry left its last job's key: entry 1, 101, 201 and so on.
        var which = (int)((uint)_next * 2_654_435_761u % (uint)_keys.Count);
        var tree = _trees[which * 100 % _trees.Count];
        var begun = Stopwatch.GetTimestamp();
        var job = tree.Machine.Get(_keys[which]);
        Invariant.Require(job is not null);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
