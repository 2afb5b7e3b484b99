namespace TimeMachine.Core.Tests.SystemGroup;

/// <summary>How rough the world of the leases is.</summary>
internal sealed record LeaseWorldOptions
{
    public int Nodes { get; init; } = 3;

    public int Concurrency { get; init; }

    public int Rate { get; init; }

    public int TimeoutMs { get; init; } = 300;

    public int DriftPerMille { get; init; } = 10;

    public int LossPercent { get; init; }

    public int LongDelayPercent { get; init; }

    public int CommitMsMax { get; init; } = 6;

    public int AttemptMsMax { get; init; } = 20;

    public ulong Seed { get; init; } = 1;
}
