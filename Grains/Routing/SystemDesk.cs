using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Hosting;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Routing;

/// <summary>Asks the system group's leader, whoever that is, always with one request id; and reads the node's own copy
/// of the routes once it is proven to be new enough.</summary>
internal sealed partial class SystemDesk(
    NodeService service, IGrainFactory grains, TimeProvider time, ILogger<SystemDesk> log)
{
    private const int RetryMs = 50;
    private const int TableWaitMs = 3_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <summary>A delete waits for all vnodes, and until no node can send any more.</summary>
    private static readonly TimeSpan DeleteLimit = TimeSpan.FromSeconds(20);

    private NodeId _leader;
    private int _turn;

    /// <summary>Asks.</summary>
    /// <returns>The answer; Unavailable if nothing took effect, OutcomeUnknown if something may have: a refusal is sure
    /// only while no earlier try may still take effect.</returns>
    public async Task<JobAnswer> AskAsync(SystemCommand command)
    {
        var limit = command.Kind == SystemCommandKind.MarkRouteDeleting ? DeleteLimit : Limit;
        var begun = time.GetTimestamp();
        var mayHaveEffect = false;
        while (time.GetElapsedTime(begun) < limit)
        {
            var target = Target();
            var (answer, hint) = await TryAsync(target, command, limit - time.GetElapsedTime(begun))
                .ConfigureAwait(false);
            if (IsFinal(answer.Code, command.Kind))
            {
                _leader = target;
                return answer.IsOk || !mayHaveEffect ? answer : new JobAnswer(ErrorCode.OutcomeUnknown);
            }

            mayHaveEffect |= answer.Code == ErrorCode.OutcomeUnknown;
            _leader = hint;
            await Task.Delay(TimeSpan.FromMilliseconds(RetryMs), time).ConfigureAwait(false);
        }

        return new JobAnswer(mayHaveEffect ? ErrorCode.OutcomeUnknown : ErrorCode.Unavailable);
    }

    /// <summary>The node's copy of the routes, with every change that was acknowledged before this call; null if that
    /// could not be proven in time.</summary>
    public async Task<RouteTable?> RoutesAsync()
    {
        if (service.Host is not { } host)
        {
            return null;
        }

        var begun = time.GetTimestamp();
        var after = await host.AskAsync(static machine => AskSoon(machine)).ConfigureAwait(false);
        while (time.GetElapsedTime(begun).TotalMilliseconds < TableWaitMs)
        {
            if (await host.AskAsync(machine => IsProven(machine, after)).ConfigureAwait(false))
            {
                return await host.AskAsync(static machine => machine.Core.Routes).ConfigureAwait(false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Counts the unfinished jobs of a route, as the leaders of the vnodes know them now. What does not
    /// answer counts nothing.</summary>
    public async Task<long> UnfinishedAsync(RouteKey route)
    {
        var nodes = service.Plan?.Nodes.FindAll(static node => node.IsIn) ?? [];
        var counts = nodes.ConvertAll(node => CountAsync(new NodeId(node.Id), route));
        return (await Task.WhenAll(counts).ConfigureAwait(false)).Sum();
    }

    private async Task<long> CountAsync(NodeId target, RouteKey route)
    {
        if (service.NameOfActive(target) is not { } node)
        {
            return 0;
        }

        try
        {
            var key = new Immutable<byte[]>(route.Bytes.ToArray());
            return await grains.RaftLog(node).CountUnfinishedAsync(key).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotCounted(log, node, error);
            return 0;
        }
    }

    private static long AskSoon(NodeMachine machine)
    {
        machine.Core.Gate.AskSoon();
        return machine.Core.Gate.LastRequest;
    }

    private static bool IsProven(NodeMachine machine, long after)
    {
        machine.Core.Gate.IsConfirmed(machine.Now);
        return machine.Core.Gate.ConfirmedRequest > after;
    }

    private static bool IsFinal(ErrorCode code, SystemCommandKind kind) => code switch
    {
        ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost or ErrorCode.OutcomeUnknown => false,
        ErrorCode.Unavailable => kind == SystemCommandKind.MarkRouteDeleting,
        _ => true,
    };

    private NodeId Target()
    {
        if (_leader != NodeId.None)
        {
            return _leader;
        }

        // A node that starts has no plan yet.
        if (service.Plan?.Nodes.FindAll(node => node.IsIn) is not { Count: > 0 } nodes)
        {
            return NodeId.None;
        }

        return new NodeId(nodes[(int)((uint)_turn++ % (uint)nodes.Count)].Id);
    }

    private async Task<(JobAnswer Answer, NodeId Leader)> TryAsync(NodeId target, SystemCommand command, TimeSpan wait)
    {
        if (service.NameOfActive(target) is not { } node)
        {
            return (new JobAnswer(ErrorCode.NotLeader), default);
        }

        try
        {
            var call = target == service.Self && service.Host is { } host
                ? host.CallSystemAsync(command)
                : CallFarAsync(node, command);
            var answer = await call.WaitAsync(wait, time).ConfigureAwait(false);
            return (answer.Answer, answer.Leader);
        }
        catch (NodeDownException)
        {
            return (new JobAnswer(ErrorCode.NotLeader), default);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It may have arrived before the connection broke or the time was over.
            return (new JobAnswer(ErrorCode.OutcomeUnknown), default);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Node} does not count a route's jobs just now.")]
    private static partial void LogNotCounted(ILogger logger, string node, Exception error);

    private async Task<CallAnswer> CallFarAsync(string node, SystemCommand command)
    {
        var bytes = new Immutable<byte[]>(SystemCommandCodec.Encode(command));
        var reply = await grains.RaftLog(node).CallSystemAsync(bytes).ConfigureAwait(false);
        return CallReply.Decode(reply.Value);
    }
}
