namespace TimeMachine.Chaos.Tests;

/// <summary>Tests that start nodes as processes: one after the other, since each loads the whole machine.</summary>
[CollectionDefinition(Name)]
public sealed class OneCluster
{
    public const string Name = "one cluster at a time";
}
