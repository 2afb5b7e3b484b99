using Orleans.Concurrency;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Grains.Cluster;

/// <summary>The door of one vnode's replica on one node: key <c>{vnode}@{node}</c>.</summary>
[Alias("timemachine.vnode-replica-door")]
internal interface IVnodeGrain : IGrainWithStringKey
{
    /// <summary>Asks the vnode, if this replica leads it.</summary>
    /// <param name="request">An encoded <see cref="JobRequest"/>.</param>
    /// <returns>An encoded <see cref="CallReply"/>.</returns>
    [ResponseTimeout("00:00:06")]
    [Alias("call")]
    public Task<Immutable<byte[]>> CallAsync(Immutable<byte[]> request);

    /// <summary>Lists jobs of the vnode, if this replica leads it.</summary>
    /// <param name="request">An encoded <see cref="JobListRequest"/>.</param>
    /// <returns>An encoded <see cref="CallReply"/>.</returns>
    [ResponseTimeout("00:00:02")]
    [Alias("list")]
    public Task<Immutable<byte[]>> ListAsync(Immutable<byte[]> request);
}
