namespace TimeMachine.Grains.Interfaces;

/// <summary>The cluster as a whole; its key is 0. See <see cref="JobsExtensions.Cluster"/>.</summary>
[Alias("timemachine.cluster")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>Reads nodes, vnodes and leaders, as the nodes report them now.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("describe")]
    public Task<ClusterView> DescribeAsync();

    /// <summary>Sets how many replicas each vnode shall have. The number of vnodes is fixed at the formation.</summary>
    /// <param name="shards">The number of vnodes that the caller expects: any other is refused.</param>
    /// <param name="replicas">1 to 7.</param>
    [ResponseTimeout("00:00:10")]
    [Alias("configure")]
    public Task<ClusterReply> ConfigureAsync(int shards, int replicas);

    /// <summary>Takes a running node into the plan: it gets its share of replicas and leaders.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("join")]
    public Task<ClusterReply> JoinAsync(string node);

    /// <summary>Takes a node out of the plan: its replicas and leaders move to the others.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("remove")]
    public Task<ClusterReply> RemoveAsync(string node);
}
