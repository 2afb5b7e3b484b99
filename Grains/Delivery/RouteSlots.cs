using TimeMachine.Core.Jobs;

namespace TimeMachine.Grains.Delivery;

/// <summary>
/// How many attempts of each route may be under way: a recipient that is silent keeps the attempts of its own route
/// waiting, and those of no other route to the same host.
/// </summary>
/// <param name="max">The most of one route: positive.</param>
internal sealed class RouteSlots(int max)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RouteKey, Use> _routes = [];

    /// <summary>Waits for a slot of a route.</summary>
    /// <returns>Gives the slot back, once.</returns>
    /// <exception cref="OperationCanceledException">None was free in time.</exception>
    public async ValueTask<Slot> TakeAsync(RouteKey key, CancellationToken token)
    {
        var use = Enter(key);
        try
        {
            await use.Free.WaitAsync(token).ConfigureAwait(false);
            return new Slot(this, key);
        }
        catch (OperationCanceledException)
        {
            Leave(key, use);
            throw;
        }
    }

    private Use Enter(RouteKey key)
    {
        lock (_gate)
        {
            if (!_routes.TryGetValue(key, out var use))
            {
                use = new Use(new SemaphoreSlim(max, max));
                _routes.Add(key, use);
            }

            use.UserCount++;
            return use;
        }
    }

    private void Release(RouteKey key)
    {
        lock (_gate)
        {
            var use = _routes[key];
            use.Free.Release();
            Leave(key, use);
        }
    }

    /// <summary>A route that nobody uses is forgotten.</summary>
    private void Leave(RouteKey key, Use use)
    {
        lock (_gate)
        {
            use.UserCount--;
            if (use.UserCount == 0)
            {
                _routes.Remove(key);
                use.Free.Dispose();
            }
        }
    }

    /// <summary>A slot that is taken.</summary>
    internal readonly struct Slot(RouteSlots slots, RouteKey key) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => slots.Release(key);
    }

    private sealed class Use(SemaphoreSlim free)
    {
        public SemaphoreSlim Free { get; } = free;

        public int UserCount { get; set; }
    }
}
