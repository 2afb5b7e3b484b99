using TimeMachine.Core.Engine;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Hosting;

/// <summary>An image that arrives for one replica here.</summary>
/// <param name="group">The group.</param>
/// <param name="id">The number of the transfer.</param>
internal sealed class IncomingImage(GroupId group, ulong id)
{
    public GroupId Group { get; } = group;

    public ulong Id { get; } = id;

    /// <summary>Its rows so far. Belongs to the thread of the images.</summary>
    public ReplicaInstall? Install { get; set; }

    /// <summary>The directory to remove once its rows are closed: the replica ended while they were being finished.
    /// </summary>
    public string? EndedPath { get; set; }

    /// <summary>The last part, once the core wants the image.</summary>
    public ChunkArrival? Last { get; set; }
}
