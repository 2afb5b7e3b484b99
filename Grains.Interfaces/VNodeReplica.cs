namespace TimeMachine.Grains.Interfaces;

/// <summary>A replica of a vnode.</summary>
/// <param name="Node">Its node.</param>
/// <param name="IsVoter">Whether it votes; if not, it catches up.</param>
/// <param name="LagEntries">How many entries of the log it has not confirmed.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.vnode-replica")]
public sealed record VNodeReplica(
    [property: Id(0)] string Node, [property: Id(1)] bool IsVoter, [property: Id(2)] long LagEntries);
