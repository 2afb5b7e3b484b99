using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Node;

/// <content>
/// New work for a route that this node does not know: it asks the system group before it refuses, since its own table
/// may be behind. A redrive and a run now are such work too.
/// </content>
public sealed partial class NodeCore
{
    private readonly Queue<WaitingCall> _routeWaits = new();
    private long _waitsLookedAtRequest;
    private CommandNumber _waitsLookedAtRevision;

    /// <summary>A create names a route that the node knows, and carries the revision of its table.</summary>
    private ErrorCode RefusalFor(RouteKey key)
    {
        if (!Routes.TryGet(key, out var route))
        {
            return ErrorCode.RouteNotFound;
        }

        return route.IsDeleting ? ErrorCode.RouteDeleted : ErrorCode.None;
    }

    /// <summary>
    /// A redrive or run now is new work for the route of its job, by the rows as they are applied here: for one that is
    /// gone the job would only be dead. What else stands against it, the command itself finds.
    /// </summary>
    /// <returns>False if it has been answered or waits.</returns>
    private bool MayWake(ulong token, GroupId group, JobRequest request, MonoMs now, NodeOutput output)
    {
        var job = Look(new PendingRead(token, group, request.Key, null), now, output);
        if (!job.IsOk && job.Code != ErrorCode.JobNotFound)
        {
            output.Answers.Add(new CallAnswer(token, job, default));
            return false;
        }

        var isMeant = request.Kind == JobRequestKind.Redrive
            ? job.State is JobState.Dead or JobState.Unknown
            : job.State == JobState.Scheduled;
        if (!isMeant || job.View is not { Route: var route } || RefusalFor(route) == ErrorCode.None)
        {
            return true;
        }

        AwaitRoute(token, group, request with { Route = route }, now, output);
        return false;
    }

    /// <summary>Holds a call until the route is there, or the table is proven as new as the call.</summary>
    private void AwaitRoute(ulong token, GroupId group, JobRequest request, MonoMs now, NodeOutput output)
    {
        if (_routeWaits.Count >= _options.RouteWaitsMax)
        {
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.Overloaded), default));
            return;
        }

        _callCount++;
        _routeWaits.Enqueue(new WaitingCall(token, group, request, Gate.LastRequest, now + _options.RouteWaitMs));
        Gate.AskSoon();
    }

    /// <summary>Looks at the waiting calls again once there is anything new to see, or the first has waited enough.
    /// </summary>
    private void AdvanceRouteWaits(MonoMs now, NodeOutput output)
    {
        if (_routeWaits.Count == 0)
        {
            return;
        }

        Gate.IsConfirmed(now);
        var isNews = Gate.ConfirmedRequest != _waitsLookedAtRequest || Routes.Revision != _waitsLookedAtRevision;
        if (!isNews && now < _routeWaits.Peek().Deadline)
        {
            return;
        }

        _waitsLookedAtRequest = Gate.ConfirmedRequest;
        _waitsLookedAtRevision = Routes.Revision;
        for (var left = _routeWaits.Count; left > 0; left--)
        {
            var call = _routeWaits.Dequeue();
            if (!TryEndWait(call, now, output))
            {
                _routeWaits.Enqueue(call);
            }
        }
    }

    private bool TryEndWait(in WaitingCall call, MonoMs now, NodeOutput output)
    {
        var refusal = RefusalFor(call.Request.Route);
        if (refusal == ErrorCode.None)
        {
            _callCount--;
            Call(call.Token, call.Group, call.Request, now, output);
            return true;
        }

        var isProven = Gate.ConfirmedRequest > call.AfterRequest;
        if (!isProven && now < call.Deadline)
        {
            return false;
        }

        _callCount--;
        var code = isProven ? refusal : ErrorCode.Unavailable;
        output.Answers.Add(new CallAnswer(call.Token, new JobAnswer(code), default));
        return true;
    }

    private MonoMs NextRouteWait() =>
        _routeWaits.TryPeek(out var first) ? first.Deadline : new MonoMs(long.MaxValue);

    /// <param name="Token">The call's token.</param>
    /// <param name="Group">Its group.</param>
    /// <param name="Request">What it asks.</param>
    /// <param name="AfterRequest">Only an answer to a later request of the gate proves anything.</param>
    /// <param name="Deadline">When it is refused without such an answer.</param>
    private readonly record struct WaitingCall(
        ulong Token, GroupId Group, JobRequest Request, long AfterRequest, MonoMs Deadline);
}
