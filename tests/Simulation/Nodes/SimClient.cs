using TimeMachine.Core.Routing;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Workload;

namespace TimeMachine.Simulation.Nodes;

/// <summary>One client with its own router: the core's router, behind the same bad network as the nodes.</summary>
public sealed class SimClient : ISimProcess
{
    private readonly SimRun _run;
    private readonly ClusterPlan _plan;
    private readonly ClientLoad _load;
    private readonly JobChecker _jobs;
    private readonly int _number;
    private readonly RouterOutput _output = new();
    private readonly Dictionary<ulong, JobCall> _calls = [];
    private Router _router;
    private LeaderCache _cache;
    private ShardMap _map;
    private ulong _nextToken;
    private ulong _epoch;

    /// <summary>Makes a client.</summary>
    public SimClient(SimRun run, ClusterPlan plan, ClientLoad load, JobChecker jobs, int number)
    {
        _run = run;
        _jobs = jobs;
        _plan = plan;
        _load = load;
        _number = number;
        _map = plan.Target;
        _cache = new LeaderCache(_map);
        _router = MakeRouter();
    }

    /// <summary>The client's machine: its clock is perfect and it never loses power.</summary>
    public SimHost Host { get; set; } = null!;

    /// <inheritdoc/>
    public void Start(in ProcessStart start) => OnTimer();

    /// <inheritdoc/>
    public void OnMessage(in SimMessage message)
    {
        var answer = (ClientAnswer)message.Attachment!;
        if (answer.Call.Epoch == _epoch)
        {
            _router.OnAnswer(answer.Call.TryId, new RouterAnswer(answer.Answer, answer.Leader), Host.Clock.Mono);
        }

        Step();
    }

    /// <inheritdoc/>
    public void OnTimer()
    {
        if (_load.CrashesNow(_number))
        {
            _router = MakeRouter();
            _calls.Clear();
        }

        if (_load.Wake(_number) is { } call)
        {
            Submit(call);
            return;
        }

        Step();
    }

    /// <summary>Submits a call of the run's end.</summary>
    public void Submit(JobCall call)
    {
        var plan = call.Plan;
        _run.World.Trace($"client {_number} asks {plan.Kind} {plan.Key} if {plan.IfMatch}: {call.Operation.Request}");
        _calls[++_nextToken] = call;
        _router.Submit(call.Plan.ToRequest(call.Operation.Request), Host.Clock.Mono, _nextToken);
        Step();
    }

    /// <summary>A client reads the plan when it has something to do, as a silo's router does once in a while.</summary>
    private void ReadMap()
    {
        if (!ReferenceEquals(_map, _plan.Target))
        {
            _map = _plan.Target;
            _cache.OnMap(_map);
        }
    }

    private void Step()
    {
        ReadMap();
        _output.Clear();
        _router.Advance(Host.Clock.Mono, _output);
        foreach (var send in _output.Sends)
        {
            var call = new ClientCall(Host.Address, _epoch, send.TryId, send.Group, send.Request);
            _run.Network.Send(Host, send.Node.Value, SimNode.CallLane, [], call);
        }

        foreach (var result in _output.Results)
        {
            if (_calls.Remove(result.Token, out var call))
            {
                var answer = result.Answer;
                _run.World.Trace($"client {_number} got {answer.Code} version {answer.Version} {answer.State}");
                _run.World.Trace($"  for {call.Plan.Kind} {call.Plan.Key}: {call.Operation.Request}");
                _load.Answered(call, JobChecker.FactOf(result.Answer));
                _jobs.Acknowledged(call.Operation);
            }
        }

        var wakeUs = _load.Clients[_number].WakeUs;
        var deadline = _router.NextDeadline;
        var routerUs = deadline.Value == long.MaxValue ? long.MaxValue : Host.Clock.TrueUsAt(deadline);
        var clientUs = wakeUs == long.MaxValue ? long.MaxValue : wakeUs - NodeSetup.EpochUs;
        Host.SetTimerUs(Math.Min(Math.Max(routerUs, _run.World.NowUs), clientUs));
    }

    private Router MakeRouter()
    {
        _epoch++;
        _map = _plan.Target;
        _cache = new LeaderCache(_map);
        return new Router(new RouterOptions(), _cache, _run.World.Draws.Workload.Next());
    }
}
