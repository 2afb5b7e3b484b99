using System.Diagnostics;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>The trees of one node.</summary>
internal sealed class PendingTrees : IDisposable
{
    private const int JobsAnEntry = 50;
    private const int ReadEvery = 5;
    private readonly JobTrees _trees;
    private readonly JobSource _source = new(4);
    private readonly List<JobKey> _keys = [];
    private int _next;

    public PendingTrees(string path, int count, long budgetBytes)
        => _trees = new JobTrees(path, count, budgetBytes);

    /// <summary>Rows written and read since they were opened.</summary>
    public (long Written, long Read) Rows => _trees.Rows;

    /// <summary>The bytes of all commands so far.</summary>
    public long RawBytes { get; private set; }

    public long FreshBytes => _trees.All.Sum(static tree => tree.Store.Rows.FreshBytes);

    public long LiveCount => _trees.All.Sum(static tree => tree.Machine.LiveCount);

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
    public void Settle() => _trees.Merger.Settle();

    /// <summary>As a node does every second.</summary>
    public void ReleaseBlocks()
    {
        foreach (var tree in _trees.All)
        {
            tree.Store.Rows.ReleaseBlocks();
        }
    }

    public void Dispose() => _trees.Dispose();

    private int Create(int jobs, UnixMs start, long spanMs)
    {
        var payload = _source.Creates(jobs, start, start + 1_000, spanMs, out var added);
        var tree = _trees.All[_next++ % _trees.All.Count];
        tree.Apply(payload);
        RawBytes += payload.Length;
        _trees.Merger.Poll();
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
        var tree = _trees.All[which * 100 % _trees.All.Count];
        var begun = Stopwatch.GetTimestamp();
        var job = tree.Machine.Get(_keys[which]);
        Invariant.Require(job is not null);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
