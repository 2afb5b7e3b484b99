using TimeMachine.Grains.Delivery;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Grains.Cluster;

/// <summary>All that a node is told, checked.</summary>
public sealed record NodeServiceOptions
{
    /// <summary>Who it is.</summary>
    public required NodeSettings Node { get; init; }

    /// <summary>The sender's settings.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>The log's settings.</summary>
    public NodeLogSettings Log { get; init; } = new();

    /// <summary>The checkpoints' settings.</summary>
    public CheckpointSettings Checkpoints { get; init; } = new();

    /// <summary>The job stores' settings.</summary>
    public JobStoreOptions JobStore { get; init; } = new();

    /// <summary>The address of the node's REST interface, for people who look at the cluster; empty if it has none.
    /// </summary>
    public string RestAddress { get; init; } = "";

    /// <summary>Told once if the node cannot start, with what a person must know, on any thread: it is to end the
    /// process. Without it the process ends at once.</summary>
    public Action<NodeStartProblem, string>? CannotStart { get; init; }
}
