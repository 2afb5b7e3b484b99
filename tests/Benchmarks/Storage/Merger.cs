using System.Collections.Concurrent;
using System.Diagnostics;
using TimeMachine.Core.Node;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>
/// Merges of several trees, one at a time, as a node makes checkpoints: the tree with the most fresh bytes goes first
/// once all together are above half of a budget, else one whose oldest fresh row is old enough. Who applies waits while
/// they are above the budget.
/// </summary>
internal sealed class Merger : IDisposable
{
    private static readonly long AgeMsMax = new CheckpointOptions().AgeMsMax;
    private readonly BlockingCollection<JobTree> _due = [];
    private readonly ManualResetEventSlim _merged = new();
    private readonly IReadOnlyList<JobTree> _trees;
    private readonly long _budgetBytes;
    private readonly Thread _thread;

    public Merger(IReadOnlyList<JobTree> trees, long budgetBytes)
    {
        (_trees, _budgetBytes) = (trees, budgetBytes);
        _thread = new Thread(Run) { Name = "merges", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The longest wait of who applies, and the sum of all, in ms.</summary>
    public double LongestWaitMs { get; private set; }

    /// <inheritdoc cref="LongestWaitMs"/>
    public double WaitedMs { get; private set; }

    /// <summary>Called by the one thread that applies, between two entries.</summary>
    public void Poll()
    {
        var fresh = 0L;
        foreach (var tree in _trees)
        {
            fresh += tree.Store.Rows.FreshBytes;
        }

        foreach (var tree in _trees)
        {
            if (tree.IsMerging)
            {
                Wait(fresh);
                return;
            }
        }

        if (fresh >= _budgetBytes / 2)
        {
            Begin(_trees.MaxBy(static tree => tree.Store.Rows.FreshBytes)!);
        }
        else if (_trees.FirstOrDefault(IsOld) is { } old)
        {
            Begin(old);
        }

        Wait(fresh);
    }

    private void Wait(long fresh)
    {
        if (fresh > _budgetBytes)
        {
            Wait();
        }
    }

    /// <summary>Merges all that is fresh.</summary>
    public void Settle()
    {
        foreach (var tree in _trees)
        {
            while (tree.IsMerging)
            {
                Wait();
            }

            Begin(tree);
            while (tree.IsMerging)
            {
                Wait();
            }
        }
    }

    public void Dispose()
    {
        _due.CompleteAdding();
        _thread.Join();
        _due.Dispose();
        _merged.Dispose();
    }

    private static bool IsOld(JobTree tree) =>
        tree.FreshSince != 0 && Stopwatch.GetElapsedTime(tree.FreshSince).TotalMilliseconds >= AgeMsMax;

    private void Begin(JobTree tree)
    {
        tree.BeginMerge();
        _due.Add(tree);
    }

    private void Wait()
    {
        var watch = Stopwatch.StartNew();
        _merged.Wait();
        _merged.Reset();
        foreach (var tree in _trees)
        {
            tree.EndMerge();
        }

        var waited = watch.Elapsed.TotalMilliseconds;
        LongestWaitMs = Math.Max(LongestWaitMs, waited);
        WaitedMs += waited;
    }

    private void Run()
    {
        foreach (var tree in _due.GetConsumingEnumerable())
        {
            tree.RunMerge();
            _merged.Set();
        }
    }
}
