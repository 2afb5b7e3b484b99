using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Cluster;

/// <summary>The keeper of the plan; its key is 0. Needs the SQL database only to change it, and to begin.</summary>
[Alias("timemachine.plan-grain")]
internal interface IPlanGrain : IGrainWithIntegerKey
{
    /// <summary>Reads the plan; null before the first node has registered.</summary>
    [Alias("read")]
    public Task<ClusterPlan?> ReadAsync();

    /// <summary>A node has started: the first one begins the cluster, later ones get a number.</summary>
    [Alias("register")]
    public Task<ClusterPlan> RegisterAsync(string node, int vnodeCount, int replicaTarget, bool joins);

    /// <summary>The node that forms the cluster has its groups, durably.</summary>
    [Alias("confirm-formed")]
    public Task<ClusterPlan> ConfirmFormedAsync(string node);

    /// <summary>See <see cref="PlanChange.Join"/>.</summary>
    [Alias("join")]
    public Task<ErrorReply?> JoinAsync(string node);

    /// <summary>See <see cref="PlanChange.Remove"/>.</summary>
    [Alias("remove")]
    public Task<ErrorReply?> RemoveAsync(string node);

    /// <summary>See <see cref="PlanChange.Configure"/>.</summary>
    [Alias("configure")]
    public Task<ErrorReply?> ConfigureAsync(int vnodeCount, int replicaTarget);
}
