using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;

namespace TimeMachine.Grains.Tests.Cluster;

/// <summary>Grain storage that outlives the silos, as a database does; a write over another's is refused.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<GrainId, (string State, string ETag)> _states = new();
    private int _writes;

    /// <summary>Reads wait for it: a database that is away.</summary>
    public Task Back { get; set; } = Task.CompletedTask;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Back;
        grainState.RecordExists = _states.TryGetValue(grainId, out var stored);
        if (grainState.RecordExists)
        {
            (grainState.State, grainState.ETag) = (JsonSerializer.Deserialize<T>(stored.State)!, stored.ETag);
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var next = (JsonSerializer.Serialize(grainState.State), $"{Interlocked.Increment(ref _writes)}");
        var isWritten = grainState.ETag is null
            ? _states.TryAdd(grainId, next)
            : _states.TryGetValue(grainId, out var stored) && stored.ETag == grainState.ETag
                && _states.TryUpdate(grainId, next, stored);
        if (!isWritten)
        {
            throw new InconsistentStateException("Another write came first.");
        }

        (grainState.ETag, grainState.RecordExists) = (next.Item2, true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _states.TryRemove(grainId, out _);
        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }
}
