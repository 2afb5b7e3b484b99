using Orleans.GrainDirectory;

namespace TimeMachine.Grains.Placement;

/// <summary>The directory of grains that need none: the director finds them by their key.</summary>
internal sealed class EmptyDirectory : IGrainDirectory
{
    public const string Name = "none";

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
