using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Cluster;

/// <summary>How to reach it.</summary>
internal static class RaftLogGrainExtensions
{
    public static IRaftLogGrain RaftLog(this IGrainFactory grains, string node) =>
        grains.GetGrain<IRaftLogGrain>(PinnedKey.Of("log", node));

    public static IVnodeGrain Vnode(this IGrainFactory grains, VNodeId vnode, string node) =>
        grains.GetGrain<IVnodeGrain>(PinnedKey.Of(
            vnode.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), node));
}
