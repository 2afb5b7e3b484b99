using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Node;
using TimeMachine.Grains.Delivery;
using TimeMachine.Grains.Hosting;
using TimeMachine.Grains.Placement;
using TimeMachine.Grains.Routing;
using TimeMachine.Storage.Files;

namespace TimeMachine.Grains.Cluster;

/// <summary>
/// The node of this process: opens its disk once the silo is a member of the cluster and the plan says who it is, and
/// closes it when the silo stops. A start without the SQL database waits for it; a running node does not need it.
/// </summary>
internal sealed partial class NodeService
    : ILifecycleParticipant<ISiloLifecycle>, INodeReadiness, INodeHandover, IDisposable
{
    private static readonly TimeSpan PlanRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PlanRefresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FormedPoll = TimeSpan.FromMilliseconds(10);
    private readonly NodeServiceOptions _options;
    private readonly IGrainFactory _grains;
    private readonly PeerLinks _peers;
    private readonly ILocalSiloDetails _silo;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeService> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebhookSender _sender;
    private readonly NodeMetrics _metrics = new();
    private readonly SemaphoreSlim _ended = new(0);
    private volatile NodeHost? _host;
    private volatile JobRouter? _router;
    private volatile ClusterPlan? _plan;
    private volatile bool _isStopping;
    private string _planAway = "";

    public NodeService(
        NodeServiceOptions options,
        IGrainFactory grains,
        IClusterMembershipService membership,
        ILocalSiloDetails silo,
        TimeProvider time,
        ILogger<NodeService> log)
    {
        (_options, _grains, _silo, _time, _log) = (options, grains, silo, time, log);
        _peers = new PeerLinks(grains, membership);
        Membership = membership;
        _sender = new WebhookSender(options.Webhooks, time);
    }

    /// <summary>The node's name.</summary>
    public string Name => _silo.Name;

    /// <summary>The node; null while it is not open.</summary>
    public NodeHost? Host => _host;

    /// <summary>The way to the vnodes' leaders; null while the node is not open.</summary>
    public JobRouter? Router => _router;

    /// <summary>The newest plan that is known; null before the first.</summary>
    public ClusterPlan? Plan => _plan;

    /// <summary>The members of the cluster.</summary>
    public IClusterMembershipService Membership { get; }

    /// <summary>The node's number; none before the plan is known.</summary>
    public NodeId Self => new(_plan?.Find(Name)?.Id ?? 0);

    /// <summary>The name of a node, if it is an active member; else null.</summary>
    public string? NameOfActive(NodeId node) =>
        _plan?.Nodes.Find(known => known.Id == node.Value) is { } planned
            && Membership.CurrentSnapshot.Find(planned.Name) is not null
            ? planned.Name
            : null;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(NodeService), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <summary>A grain is pinned to one node: on another it would speak for a disk that it has not.</summary>
    public Task CheckHomeAsync(string key) => PinnedKey.NodeOf(key).SequenceEqual(Name)
        ? Task.CompletedTask
        : throw new NodeDownException($"'{key}' does not live on '{Name}'.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _router?.Dispose();
        _host?.Dispose();
        _sender.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
        _ended.Dispose();
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _ = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        try
        {
            if (await TryOpenAsync(_stopping.Token))
            {
                await RunLoopsAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogStopped(Name);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Fail(error);
        }
        finally
        {
            _ended.Release();
        }
    }

    /// <summary>Ends when the node stops and all of them have ended, or when one of them fails.</summary>
    private async Task RunLoopsAsync()
    {
        Task[] loops = [Task.Run(WatchAsync), Task.Run(RefreshAllAsync), Task.Run(KeepAsync)];
        var first = await Task.WhenAny(loops);
        await (first.IsFaulted ? first : Task.WhenAll(loops));
    }

    private async Task RefreshAllAsync()
    {
        using var timer = new PeriodicTimer(PlanRefresh, _time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            await RefreshAsync();
        }
    }

    private async Task<bool> TryOpenAsync(CancellationToken token)
    {
        try
        {
            await OpenAsync(token);
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException && !token.IsCancellationRequested
            && _options.CannotStart is not null)
        {
            var problem = error switch
            {
                DirectoryInUseException => NodeStartProblem.DirectoryInUse,
                InvalidDataException => NodeStartProblem.NeedsDecision,
                StorageFullException => NodeStartProblem.StorageFull,
                _ => NodeStartProblem.Failed,
            };
            _notReady = error.Message;
            LogCannotStart(Name, problem, problem == NodeStartProblem.Failed ? error.ToString() : error.Message);
            _options.CannotStart(problem, error.Message);
            return false;
        }
    }

    private async Task OpenAsync(CancellationToken token)
    {
        var plan = await RegisterAsync(token);
        var forms = !plan.IsFormed && plan.FormedBy == Name;
        while (!plan.IsFormed && !forms)
        {
            _notReady = $"'{plan.FormedBy}' has not formed the cluster yet";
            await Task.Delay(PlanRetry, _time, token);
            plan = await RegisterAsync(token);
        }

        var self = plan.Find(Name)!;
        _notReady = "the node reads its disk";
        var host = new NodeHost(
            OptionsOf(plan, new NodeId(self.Id), forms),
            RealFileSystem.EndingTheProcess(),
            _peers,
            new MeasuredSender(_sender, _metrics, _time),
            _time,
            Fail);
        try
        {
            plan = forms ? await ConfirmFormedAsync(host, token) : plan;
            await CheckKnownAsync(host, plan);
            _router = new JobRouter(this, _grains, PlanChange.MapOf(plan), _time);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            host.Dispose();
            throw;
        }

        _plan = plan;
        _peers.Learn(plan);
        _host = host;
        _notReady = "the node waits for the cluster";
        LogOpened(Name, self.Id, plan.Revision);
    }

    /// <summary>The plan is never older than the groups: if it knows less than this disk, it was lost, and numbers that
    /// it gives out now may be another node's.</summary>
    private static async Task CheckKnownAsync(NodeHost host, ClusterPlan plan)
    {
        var unknown = await host.AskAsync(machine => machine.Core.Engine.Groups
            .SelectMany(static raft => raft.Configuration.Members.ToArray())
            .Select(static member => member.Node.Value)
            .FirstOrDefault(node => !plan.Nodes.Exists(known => known.Id == node)));
        if (unknown != 0)
        {
            throw new InvalidDataException(
                $"The groups on this disk have members on node {unknown}, and the cluster's plan does not know it: the "
                + "plan was lost. Restore the database that it was in.");
        }
    }

    /// <summary>The groups of a new cluster are on this disk before anybody joins: a disk that is lost before that is
    /// no loss.</summary>
    private async Task<ClusterPlan> ConfirmFormedAsync(NodeHost host, CancellationToken token)
    {
        while (!host.Identity.IsFormed)
        {
            await Task.Delay(FormedPoll, _time, token);
        }

        return await UntilAnsweredAsync(() => PlanGrain().ConfirmFormedAsync(Name), token);
    }

    private Task<ClusterPlan> RegisterAsync(CancellationToken token) => UntilAnsweredAsync(
        () => PlanGrain().RegisterAsync(
            Name, _options.Node.VNodes, _options.Node.Replicas, _options.Node.JoinsByItself),
        token);

    private IPlanGrain PlanGrain() => _grains.GetGrain<IPlanGrain>(0);

    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask, CancellationToken token)
    {
        while (true)
        {
            try
            {
                var answer = await ask().WaitAsync(TimeSpan.FromSeconds(10), _time, token);
                NotePlan("");
                return answer;
            }
            catch (Exception error) when (error is not OutOfMemoryException && !token.IsCancellationRequested)
            {
                _notReady = $"the cluster's plan cannot be read: {error.Message}";
                NotePlan(error.Message);
                await Task.Delay(PlanRetry, _time, token);
            }
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            var plan = await PlanGrain().ReadAsync().WaitAsync(TimeSpan.FromSeconds(2), _time, _stopping.Token);
            if (plan is not null && plan.Revision > _plan!.Revision)
            {
                _peers.Learn(plan);
                _plan = plan;
                _router!.OnMap(PlanChange.MapOf(plan));
            }

            NotePlan("");
        }
        catch (Exception error) when (error is not OutOfMemoryException && !_stopping.IsCancellationRequested)
        {
            NotePlan(error.Message);
        }
    }

    /// <summary>Says once that the plan is away, and once that it is back: the database may be away for hours.
    /// </summary>
    private void NotePlan(string away)
    {
        if (away.Length > 0 && _planAway.Length == 0)
        {
            LogPlanAway(away);
        }
        else if (away.Length == 0 && _planAway.Length > 0)
        {
            LogPlanBack();
        }

        _planAway = away;
    }

    private NodeMachineOptions OptionsOf(ClusterPlan plan, NodeId self, bool forms)
    {
        var log = _options.Log.ToOptions(0);
        return new NodeMachineOptions
        {
            Self = self,
            DataDirectory = Path.GetFullPath(_options.Node.DataDirectory),
            LogDirectory = Path.GetFullPath(_options.Node.LogDirectory),
            Log = log,
            Node = new NodeOptions
            {
                VNodeCount = plan.VNodeCount,
                Checkpoints = _options.Checkpoints.ToOptions(),
                Engine = new EngineOptions
                {
                    PayloadBytesMax = Math.Min(new EngineOptions().PayloadBytesMax, log.PayloadBytesMax),
                },
            },
            JobStore = _options.JobStore,
            Forms = forms,
            Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
        };
    }

    /// <summary>What must not happen did: nothing may be acknowledged any more.</summary>
    private void Fail(Exception error)
    {
        LogFailed(error);
        Environment.FailFast($"The node ends: {error.Message}", error);
    }
}
