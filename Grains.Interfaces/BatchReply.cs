using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>The reply to a batch.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.batch-reply")]
public sealed record BatchReply : Reply
{
    /// <summary>A reply for each job, in their order; empty if the batch was refused as a whole.</summary>
    [Id(0)]
    public ImmutableArray<JobReply> Jobs { get; init; } = [];
}
