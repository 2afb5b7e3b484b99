using Orleans.Concurrency;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Grains.Cluster;

/// <summary>The door of a node's log for its peers, and of the node itself for whoever keeps the cluster.</summary>
[Alias("timemachine.raft-log")]
internal interface IRaftLogGrain : IGrainWithStringKey
{
    /// <summary>Takes a batch of Raft messages of another node. May be lost, repeated or late.</summary>
    [OneWay]
    [Alias("batch")]
    public Task TakeBatchAsync(Immutable<byte[]> batch);

    /// <summary>Takes another message of a node. May be lost, repeated or late.</summary>
    [OneWay]
    [Alias("message")]
    public Task TakeMessageAsync(Immutable<byte[]> message);

    /// <summary>Asks the system group, if this node leads it.</summary>
    /// <param name="command">An encoded <see cref="SystemCommand"/>.</param>
    /// <returns>An encoded <see cref="CallReply"/>.</returns>
    [ResponseTimeout("00:00:20")]
    [Alias("system")]
    public Task<Immutable<byte[]>> CallSystemAsync(Immutable<byte[]> command);

    /// <summary>Counts the unfinished jobs of a route in the vnodes that this node leads.</summary>
    /// <param name="route">The bytes of its key.</param>
    [ResponseTimeout("00:00:02")]
    [Alias("unfinished")]
    public Task<long> CountUnfinishedAsync(Immutable<byte[]> route);

    /// <summary>Reads what the node says of itself; null while it is not open.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("report")]
    public Task<NodeReport?> ReportAsync();

    /// <summary>Carries out a step for a group that this node leads.</summary>
    /// <returns>False if it was refused: the group is not as the step was decided on.</returns>
    [ResponseTimeout("00:00:02")]
    [Alias("step")]
    public Task<bool> StepAsync(GroupStep step);

    /// <summary>Ends a replica that is no member of its group any more.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("drop")]
    public Task DropAsync(NamedReplica replica);
}
