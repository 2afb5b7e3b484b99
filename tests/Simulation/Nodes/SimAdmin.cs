using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Workload;

namespace TimeMachine.Simulation.Nodes;

/// <summary>The admin of the routes: asks one node after the other until the system group's leader answers.</summary>
public sealed class SimAdmin(SimRun run, RouteLoad load) : ISimProcess
{
    private const int TryMs = 4_500;
    private const int RetryMs = 150;
    private readonly Draws _draws = run.World.Draws.Workload;
    private int _target = 1;
    private SystemCommand? _open;
    private MonoMs _nextAt;

    /// <summary>The admin's machine.</summary>
    public SimHost Host { get; set; } = null!;

    /// <summary>Whether the run's load is over: what is paused is resumed, and nothing else is done.</summary>
    public bool IsCalm { get; set; }

    /// <inheritdoc/>
    public void Start(in ProcessStart start)
    {
        load.SetScripts();
        OnTimer();
    }

    /// <inheritdoc/>
    public void OnMessage(in SimMessage message)
    {
        var answer = (RouteAnswer)message.Attachment!;
        if (_open is null || answer.Call.Command.RequestId != _open.RequestId)
        {
            return;
        }

        var code = answer.Answer.Code;
        if (code is ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost or ErrorCode.OutcomeUnknown
            || (code == ErrorCode.Unavailable && _open.Kind != SystemCommandKind.MarkRouteDeleting))
        {
            _target = answer.Leader != NodeId.None ? answer.Leader.Value : Next();
            _nextAt = Host.Clock.Mono + RetryMs;
        }
        else
        {
            _open = null;
            load.Answered(code, answer.Answer.Version, answer.Answer.UnfinishedCount);
            _nextAt = Host.Clock.Mono + (load.AllPut && !IsCalm ? _draws.Between(5_000, 25_000) : 1);
        }

        Host.SetTimer(_nextAt);
    }

    /// <inheritdoc/>
    public void OnTimer()
    {
        if (Host.Clock.Mono < _nextAt)
        {
            Host.SetTimer(_nextAt);
            return;
        }

        if (_open is null)
        {
            var plan = IsCalm && load.AllPut ? load.NextResume() : load.Next();
            _open = plan is null ? null : CommandOf(plan);
        }

        if (_open is null)
        {
            _nextAt = Host.Clock.Mono + 1_000;
        }
        else
        {
            run.Network.Send(Host, _target, SimNode.CallLane, [], new RouteCall(Host.Address, _open));
            _nextAt = Host.Clock.Mono + TryMs;
            _target = Next();
        }

        Host.SetTimer(_nextAt);
    }

    private int Next() => 1 + (int)_draws.Below(run.Swarm.NodeCount);

    private SystemCommand CommandOf(RoutePlan plan)
    {
        var key = RouteKey.Of(JobPlan.Database, plan.Route);
        var kind = plan.Kind switch
        {
            RoutePlanKind.Put => SystemCommandKind.PutRoute,
            RoutePlanKind.Pause => SystemCommandKind.PauseRoute,
            RoutePlanKind.Delete => SystemCommandKind.MarkRouteDeleting,
            _ => SystemCommandKind.ResumeRoute,
        };
        return new SystemCommand
        {
            Kind = kind,
            RequestId = load.Request,
            Key = key,
            IsForced = plan.IsForced,
            Route = plan.Kind == RoutePlanKind.Put ? RouteOf(plan, key) : null,
        };
    }

    private static Route RouteOf(RoutePlan plan, RouteKey key) => new()
    {
        Key = key,
        WebhookUrl = "http://recipient.test/hook",
        Mode = plan.IsAtMostOnce ? DeliveryMode.AtMostOnce : DeliveryMode.AtLeastOnce,
        TimeoutMs = plan.TimeoutMs,
        AttemptsMax = plan.AttemptsMax,
        BackoffInitialMs = plan.BackoffInitialMs,
        BackoffMaxMs = plan.BackoffMaxMs,
        Concurrency = plan.Concurrency,
        RatePerSecond = plan.RatePerSecond,
    };
}
