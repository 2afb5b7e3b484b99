using System.Collections.Concurrent;
using Orleans.Concurrency;
using TimeMachine.Core.Engine;
using TimeMachine.Grains.Hosting;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Cluster;

/// <summary>Sends to other nodes by one-way grain calls. What is for a node that is no active member is dropped here:
/// the runtime would try, wait and complain.</summary>
/// <param name="grains">The silo's factory.</param>
/// <param name="membership">The members.</param>
internal sealed class PeerLinks(IGrainFactory grains, IClusterMembershipService membership) : IPeerLinks
{
    private readonly ConcurrentDictionary<NodeId, Peer> _peers = new();

    /// <summary>Learns the names of the nodes.</summary>
    public void Learn(ClusterPlan plan)
    {
        foreach (var node in plan.Nodes)
        {
            _peers.GetOrAdd(new NodeId(node.Id), _ => new Peer(node.Name, grains.RaftLog(node.Name)));
        }
    }

    /// <inheritdoc/>
    public void SendBatch(NodeId peer, Lane lane, ReadOnlySpan<byte> bytes)
    {
        if (TryFind(peer, out var log))
        {
            log.TakeBatchAsync(new Immutable<byte[]>(bytes.ToArray())).Ignore();
        }
    }

    /// <inheritdoc/>
    public void SendMessage(NodeId node, byte[] bytes)
    {
        if (TryFind(node, out var log))
        {
            log.TakeMessageAsync(new Immutable<byte[]>(bytes)).Ignore();
        }
    }

    private bool TryFind(NodeId node, out IRaftLogGrain log)
    {
        var isUp = _peers.TryGetValue(node, out var peer)
            && membership.CurrentSnapshot.Find(peer.Name) is not null;
        log = peer?.Log!;
        return isUp;
    }

    private sealed record Peer(string Name, IRaftLogGrain Log);
}
