using TimeMachine.Core.Jobs;

namespace TimeMachine.StorageFaults;

/// <summary>What the writer acknowledged, and whether it is there.</summary>
public sealed class WrittenJobs
{
    private readonly Dictionary<(int VNode, long Number), (long Version, bool IsCancelled)> _jobs = [];
    private readonly List<(int VNode, long Number)> _order = [];

    /// <summary>How many jobs were acknowledged.</summary>
    public int Count => _order.Count;

    /// <summary>A job by its place in the order of the acknowledgements.</summary>
    public (int VNode, long Number) this[int at] => _order[at];

    /// <summary>Remembers an acknowledgement.</summary>
    public void Take(in Acknowledged acknowledged)
    {
        var job = (acknowledged.VNode, acknowledged.Number);
        if (acknowledged.IsCancel)
        {
            _jobs[job] = _jobs[job] with { IsCancelled = true };
            return;
        }

        _jobs.Add(job, (acknowledged.Version, IsCancelled: false));
        _order.Add(job);
    }

    /// <summary>Looks for a job on a node that is ready.</summary>
    /// <returns>What is wrong with it; null if it is as it was acknowledged.</returns>
    public string? Look(DiskNode node, (int VNode, long Number) job)
    {
        ArgumentNullException.ThrowIfNull(node);
        var jobs = (JobStateMachine)node.Core.Find(GroupId.Of(new VNodeId(job.VNode)))!.Machine;
        var (version, isCancelled) = _jobs[job];
        var found = jobs.Get(JobClient.KeyOf(job.VNode, job.Number));
        if (found is null || found.Version.Value != version)
        {
            return $"job {job} of version {version} is {(found is null ? "gone" : $"of version {found.Version}")}";
        }

        // A cancel may have been applied without its acknowledgement being told.
        var isWhole = found.State == JobState.Scheduled && !isCancelled
            && found.Meta.Span.SequenceEqual(JobClient.MetaOf(job.VNode, job.Number));
        return isWhole || found.State == JobState.Cancelled
            ? null
            : $"job {job} is {found.State}, cancelled: {isCancelled}, with {found.Meta.Length} bytes";
    }

    /// <summary>Looks whether each vnode holds what its content hash says.</summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? LookAtHashes(DiskNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (var replica in node.Core.Replicas)
        {
            if (replica.Machine is JobStateMachine jobs && jobs.ContentHash != jobs.RecomputeContentHash())
            {
                return $"group {replica.Group} does not hold what its content hash says";
            }
        }

        return null;
    }
}
