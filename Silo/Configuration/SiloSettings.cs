using TimeMachine.Grains.Delivery;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Silo.Configuration;

/// <summary>All settings of a node, checked. A property is a section; docs/settings.md has each key.</summary>
public sealed class SiloSettings
{
    /// <summary>What every section begins with.</summary>
    public const string Section = "TimeMachine";

    /// <summary>What the nodes have in common.</summary>
    public ClusterSettings Cluster { get; } = new();

    /// <summary>Who the node is, and where its disk is.</summary>
    public NodeSettings Node { get; } = new();

    /// <summary>The database of members and plan.</summary>
    public SqlSettings Sql { get; } = new();

    /// <summary>Where the node is reached.</summary>
    public ListenSettings Listen { get; } = new();

    /// <summary>Mutual TLS of the silo and gateway ports.</summary>
    public TlsSettings Tls { get; } = new();

    /// <summary>The REST interface.</summary>
    public ApiSettings Api { get; } = new();

    /// <summary>What the node prints.</summary>
    public ConsoleSettings Console { get; } = new();

    /// <summary>The sender of webhooks.</summary>
    public WebhookOptions Webhooks { get; } = new();

    /// <summary>The node's log.</summary>
    public NodeLogSettings Log { get; } = new();

    /// <summary>When rows are written to disk.</summary>
    public CheckpointSettings Checkpoints { get; } = new();

    /// <summary>The job stores.</summary>
    public JobStoreOptions JobStore { get; } = new();
}
