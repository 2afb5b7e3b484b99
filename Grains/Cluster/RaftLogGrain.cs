using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Placement;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Cluster;

/// <summary>Hands on, and does nothing itself: the node's own thread does.</summary>
/// <param name="service">The node.</param>
[NodePinned]
[GrainDirectory(EmptyDirectory.Name)]
[KeepAlive]
[Immovable]
[Reentrant]
internal sealed class RaftLogGrain(NodeService service) : Grain, IRaftLogGrain
{
    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        service.CheckHomeAsync(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public Task TakeBatchAsync(Immutable<byte[]> batch)
    {
        service.Host?.TakeBatch(batch.Value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task TakeMessageAsync(Immutable<byte[]> message)
    {
        service.Host?.TakeMessage(message.Value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Immutable<byte[]>> CallSystemAsync(Immutable<byte[]> command)
    {
        if (SystemCommandCodec.TryDecode(command.Value, out var decoded) != ErrorCode.None || decoded.Count != 1)
        {
            return CallReply.Refusal(ErrorCode.UnsupportedFormat);
        }

        return service.Host is { } host
            ? CallReply.Encode(await host.CallSystemAsync(decoded[0]))
            : CallReply.Refusal(ErrorCode.NotLeader);
    }

    /// <inheritdoc/>
    public async Task<long> CountUnfinishedAsync(Immutable<byte[]> route) =>
        RouteKey.TryDecode(route.Value, out var key) && service.Host is { } host
            ? await host.AskAsync(machine => machine.Core.UnfinishedLed(key))
            : 0;

    /// <inheritdoc/>
    public Task<NodeReport?> ReportAsync() => service.ReportAsync();

    /// <inheritdoc/>
    public Task<bool> StepAsync(GroupStep step) => service.StepAsync(step);

    /// <inheritdoc/>
    public Task DropAsync(NamedReplica replica) => service.DropAsync(replica);
}
