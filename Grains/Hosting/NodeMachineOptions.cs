using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Hosting;

/// <summary>What a node is told at its start. Plain values; whoever makes it has checked them.</summary>
public sealed record NodeMachineOptions
{
    /// <summary>The node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>Its identity, its lock and its job stores.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Its log, and nothing else.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>The log's sizes; its id is the disk's.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>The core's options.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>The job stores' settings.</summary>
    public JobStoreOptions JobStore { get; init; } = new();

    /// <summary>Whether a disk that never had a replica forms a cluster of this node alone; if not, the cluster that it
    /// joins gives it replicas.</summary>
    public bool Forms { get; init; }

    /// <summary>A number that no other life of the process had.</summary>
    public required ulong Seed { get; init; }
}
