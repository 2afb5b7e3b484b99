using System.Globalization;
using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Placement;
using TimeMachine.Core.Jobs;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Cluster;

/// <summary>Hands on, and does nothing itself: the node's own thread does.</summary>
/// <param name="service">The node.</param>
[NodePinned]
[GrainDirectory(EmptyDirectory.Name)]
[KeepAlive]
[Immovable]
[Reentrant]
internal sealed class VnodeGrain(NodeService service) : Grain, IVnodeGrain
{
    private GroupId _group;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var number = int.Parse(PinnedKey.NameOf(key), NumberStyles.None, CultureInfo.InvariantCulture);
        _group = GroupId.Of(new VNodeId(number));
        return service.CheckHomeAsync(key);
    }

    /// <inheritdoc/>
    public async Task<Immutable<byte[]>> CallAsync(Immutable<byte[]> request)
    {
        if (service.Host is not { } host)
        {
            return CallReply.Refusal(ErrorCode.NotLeader);
        }

        var error = JobRequest.TryRead(request.Value, out var decoded);
        return error == ErrorCode.None
            ? CallReply.Encode(await host.CallAsync(_group, decoded!))
            : CallReply.Refusal(error);
    }

    /// <inheritdoc/>
    public async Task<Immutable<byte[]>> ListAsync(Immutable<byte[]> request)
    {
        if (service.Host is not { } host)
        {
            return CallReply.Refusal(ErrorCode.NotLeader);
        }

        var error = JobListRequest.TryRead(request.Value, out var decoded);
        return error == ErrorCode.None
            ? CallReply.Encode(await host.ListAsync(_group, decoded!))
            : CallReply.Refusal(error);
    }
}
