using System.Collections.Concurrent;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Fakes;

/// <summary>A cluster in memory: every grain that the REST interface asks, with a switch for faults.</summary>
internal sealed class FakeCluster(TimeProvider clock) : IGrainFactory
{
    private readonly ConcurrentDictionary<string, FakeJobs> _jobs = new();
    private readonly ConcurrentDictionary<string, FakeRoutes> _routes = new();
    private long _index;

    public FakeClusterGrain Self { get; } = new();

    /// <summary>What grains throw from now on; null for nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What changes of jobs are refused with from now on; null for nothing.</summary>
    public ErrorReply? Refusal { get; set; }

    public long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public long NextIndex() => Interlocked.Increment(ref _index);

    public void ThrowFault()
    {
        if (Fault is { } fault)
        {
            throw fault;
        }
    }

    public FakeRoutes RoutesOf(string database) => _routes.GetOrAdd(database, name => new FakeRoutes(this, name));

    public FakeJobs JobsOf(string database, string collection) =>
        JobsOf(new CollectionName(database, collection).ToKey());

    public IEnumerable<FakeJobs> CollectionsOf(string database) =>
        _jobs.Values.Where(jobs => jobs.Name.Database == database);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        typeof(TGrainInterface) == typeof(IJobsGrain)
            ? (TGrainInterface)(IGrainWithStringKey)JobsOf(primaryKey)
            : (TGrainInterface)(IGrainWithStringKey)RoutesOf(primaryKey);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey
    {
        ThrowFault();
        return (TGrainInterface)(IGrainWithIntegerKey)Self;
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(
        Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(
        long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => throw new NotSupportedException();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();

    public IAddressable GetGrain(
        GrainId grainId, GrainInterfaceType interfaceType) =>
        throw new NotSupportedException();

    private FakeJobs JobsOf(string key) => _jobs.GetOrAdd(key, name => new FakeJobs(this, CollectionName.Parse(name)));
}
