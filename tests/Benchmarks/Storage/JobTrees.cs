using TimeMachine.Storage.JobStore;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Some replicas of a node and the thread that merges them, which ends before they close.</summary>
internal sealed class JobTrees : IDisposable
{
    /// <summary>Opens them.</summary>
    /// <param name="path">Where their directories are.</param>
    /// <param name="count">How many.</param>
    /// <param name="freshBytesMax">The budget of the rows that are not on disk.</param>
    public JobTrees(string path, int count, long freshBytesMax)
    {
        All = [.. Enumerable.Range(0, count)
            .Select(i => new JobTree(Path.Combine(path, $"{i}"), new JobStoreOptions()))];
        Merger = new Merger(All, freshBytesMax);
    }

    /// <summary>The replicas.</summary>
    public IReadOnlyList<JobTree> All { get; }

    /// <summary>What merges them.</summary>
    public Merger Merger { get; }

    /// <summary>Rows written and read by applies and scans since they were opened.</summary>
    public (long Written, long Read) Rows =>
        (All.Sum(static tree => tree.Rows.Written), All.Sum(static tree => tree.Rows.Read));

    /// <inheritdoc/>
    public void Dispose()
    {
        Merger.Dispose();
        foreach (var tree in All)
        {
            tree.Dispose();
        }
    }
}
