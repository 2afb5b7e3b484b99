using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Cluster;

/// <summary>Keeps the plan in grain storage. Of two that live for a moment storage takes one.</summary>
/// <param name="state">The plan as stored.</param>
internal sealed class PlanGrain([PersistentState("plan", PlanGrain.Storage)] IPersistentState<PlanState> state)
    : Grain, IPlanGrain
{
    /// <summary>The name of the grain storage.</summary>
    public const string Storage = "control";

    /// <inheritdoc/>
    public Task<ClusterPlan?> ReadAsync() => Task.FromResult(state.State.Plan);

    /// <inheritdoc/>
    public async Task<ClusterPlan> RegisterAsync(string node, int vnodeCount, int replicaTarget, bool joins)
    {
        await WriteAsync(state.State.Plan is { } plan
            ? PlanChange.Register(plan, node, joins)
            : PlanChange.Begin(node, vnodeCount, replicaTarget));
        return state.State.Plan!;
    }

    /// <inheritdoc/>
    public async Task<ClusterPlan> ConfirmFormedAsync(string node)
    {
        var plan = state.State.Plan ?? throw new InvalidOperationException("There is no plan.");
        if (plan.FormedBy != node)
        {
            throw new InvalidOperationException($"'{plan.FormedBy}' forms the cluster, not '{node}'.");
        }

        await WriteAsync(PlanChange.ConfirmFormed(plan));
        return state.State.Plan!;
    }

    /// <inheritdoc/>
    public Task<ErrorReply?> JoinAsync(string node) =>
        ChangeAsync((ClusterPlan plan, out ErrorReply? error) => PlanChange.Join(plan, node, out error));

    /// <inheritdoc/>
    public Task<ErrorReply?> RemoveAsync(string node) =>
        ChangeAsync((ClusterPlan plan, out ErrorReply? error) => PlanChange.Remove(plan, node, out error));

    /// <inheritdoc/>
    public Task<ErrorReply?> ConfigureAsync(int vnodeCount, int replicaTarget) => ChangeAsync(
        (ClusterPlan plan, out ErrorReply? error) =>
            PlanChange.Configure(plan, vnodeCount, replicaTarget, out error));

    private delegate ClusterPlan Change(ClusterPlan plan, out ErrorReply? error);

    private async Task<ErrorReply?> ChangeAsync(Change change)
    {
        if (state.State.Plan is not { } plan)
        {
            return new ErrorReply(ErrorCodes.Unavailable, "The cluster is not formed yet.");
        }

        var next = change(plan, out var error);
        await WriteAsync(next);
        return error;
    }

    private async Task WriteAsync(ClusterPlan next)
    {
        var before = state.State.Plan;
        if (next == before)
        {
            return;
        }

        state.State.Plan = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // What is not stored is not the plan.
            state.State.Plan = before;
            DeactivateOnIdle();
            throw;
        }
    }
}
