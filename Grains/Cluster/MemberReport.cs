namespace TimeMachine.Grains.Cluster;

/// <summary>A member as its group's leader sees it.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Node">Its node.</param>
/// <param name="IsVoter">Whether it votes.</param>
/// <param name="IsHeard">Whether it answers.</param>
/// <param name="LagEntries">How many entries it has not confirmed.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.member-report")]
internal sealed record MemberReport(
    [property: Id(0)] ulong Replica,
    [property: Id(1)] int Node,
    [property: Id(2)] bool IsVoter,
    [property: Id(3)] bool IsHeard,
    [property: Id(4)] long LagEntries);
