using System.Diagnostics;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Grains.Hosting;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Tests.Hosting;

/// <summary>Nodes in one thread, each with a directory of its own; a test stops and starts them.</summary>
internal sealed class MachineCluster : IDisposable
{
    public const int VNodeCount = 3;
    public static readonly RouteKey Route = RouteKey.Of("shop", "timeout");
    private const int LimitMs = 60_000;
    private readonly string _path = Directory.CreateTempSubdirectory("time-machine-nodes-").FullName;
    private readonly Dictionary<NodeId, MachineNode> _nodes = [];
    private ulong _token;
    private uint _serial = 1_000;
    private ulong _life;

    public MachineNode this[int node] => _nodes[new NodeId(node)];

    /// <summary>The rows of the log that are kept: little, so that who was away needs images.</summary>
    public LogOptions Log { get; init; } = new()
    {
        SegmentBytes = 256 * 1024,
        SlotsMax = 16,
        RetainBytes = 8 * 1024 * 1024,
        ReserveBytes = 256 * 1024,
        BatchBytesMax = 128 * 1024,
    };

    /// <summary>How long a part of an image waits for its answer, in ms.</summary>
    public int ChunkRetryMs { get; init; } = 1_000;

    /// <summary>Disks of nodes that are not simply the machine's.</summary>
    public Dictionary<int, IFileSystem> Disks { get; } = [];

    /// <summary>Told of each batch that was handed to a node.</summary>
    public Action<NodeId, byte[]> BatchDelivered { get; set; } = static (_, _) => { };

    public static IEnumerable<GroupId> Groups =>
        Enumerable.Range(0, VNodeCount + 1).Select(group => new GroupId(group));

    public string DataOf(int node) => Path.Combine(_path, $"node{node}", "data");

    /// <summary>Starts a node on its disk.</summary>
    /// <param name="node">The node whose disk it is.</param>
    /// <param name="forms">Whether it forms a cluster.</param>
    /// <param name="number">The number that it is told; its own if none is given.</param>
    public MachineNode Start(int node, bool forms = false, int? number = null)
    {
        var started = new MachineNode(this, new NodeMachineOptions
        {
            Self = new NodeId(number ?? node),
            DataDirectory = DataOf(node),
            LogDirectory = Path.Combine(_path, $"node{node}", "raft"),
            Log = Log,
            Node = new NodeOptions
            {
                Engine = new EngineOptions
                {
                    Raft = new RaftOptions { HeartbeatMs = 10, ElectionMinMs = 100, ElectionMaxMs = 200 },
                    PayloadBytesMax = Log.PayloadBytesMax,
                    CacheEntries = 16,
                    ChunkBytes = 4 * 1024,
                    ChunkRetryMs = ChunkRetryMs,
                },
                VNodeCount = VNodeCount,
                Checkpoints = new CheckpointOptions { EntriesMax = 20, AgeMsMax = 500 },
            },
            JobStore = new JobStoreOptions { BlockIdleSeconds = 1 },
            Forms = forms,
            Seed = ++_life,
        }, Disks.GetValueOrDefault(node, RealFileSystem.EndingTheProcess()));
        _nodes[new NodeId(node)] = started;
        return started;
    }

    /// <summary>Stops a node: what it has not synced is as after a kill.</summary>
    public void Stop(int node)
    {
        this[node].Dispose();
        _nodes.Remove(new NodeId(node));
    }

    public void Deliver(MachineNode from, NodeId to, Action<MachineNode> deliver)
    {
        if (!from.Unreachable.Contains(to) && _nodes.TryGetValue(to, out var node))
        {
            deliver(node);
        }
    }

    /// <summary>Runs turns of all nodes until a condition holds.</summary>
    public void RunUntil(Func<bool> isOver)
    {
        var watch = Stopwatch.StartNew();
        while (!isOver())
        {
            foreach (var node in _nodes.Values)
            {
                node.Machine.Turn(waitMsMax: 1);
                Assert.Empty(node.Failures);
            }

            if (watch.ElapsedMilliseconds > LimitMs)
            {
                throw new TimeoutException(string.Join('\n', _nodes.Values.Select(Describe)));
            }
        }
    }

    /// <summary>The node that leads a group with a quorum behind it.</summary>
    public MachineNode? LeaderOf(GroupId group) => _nodes.Values.FirstOrDefault(node =>
        node.Core.Engine.Find(group) is { HasCommittedInTerm: true } raft
        && raft.IsLeaderConfirmed(node.Machine.Now));

    public bool AreAllLed() => Groups.All(group => LeaderOf(group) is not null);

    /// <summary>Asks whoever leads, again and again while it is told to.</summary>
    public JobAnswer Call(GroupId group, Action<MachineNode, ulong> ask)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            Assert.True(watch.ElapsedMilliseconds < LimitMs);
            RunUntil(() => LeaderOf(group) is not null);
            var (node, token) = (LeaderOf(group)!, ++_token);
            ask(node, token);
            RunUntil(() => node.Answers.ContainsKey(token) || !_nodes.ContainsValue(node));
            var answer = node.Answers[token].Answer;
            if (answer.Code is not (ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost
                or ErrorCode.OutcomeUnknown or ErrorCode.Unavailable or ErrorCode.StorageFull))
            {
                return answer;
            }
        }
    }

    public JobAnswer Call(int vnode, JobRequest request)
    {
        var group = GroupId.Of(new VNodeId(vnode));
        return Call(group, (node, token) => node.Machine.Call(token, group, request));
    }

    public JobAnswer Create(
        int vnode, string id, long delayMs, int metaBytes = 100, TraceContext trace = default)
    {
        var answer = Call(vnode, new JobRequest
        {
            Kind = JobRequestKind.Create,
            Key = JobKey.Of("shop", "orders", id),
            RequestId = new RequestId(++_token),
            DelayMs = delayMs,
            Route = Route,
            Meta = new byte[metaBytes],
            Trace = trace,
        });
        Assert.Equal(ErrorCode.None, answer.Code);
        return answer;
    }

    public JobAnswer Get(int vnode, string id) => Call(vnode, new JobRequest
    {
        Kind = JobRequestKind.Get,
        Key = JobKey.Of("shop", "orders", id),
    });

    public void PutRoute()
    {
        var command = new SystemCommand
        {
            Kind = SystemCommandKind.PutRoute,
            Key = Route,
            RequestId = new RequestId(++_token),
            Route = new Route { Key = Route, WebhookUrl = "http://recipient.test/hook" },
        };
        var answer = Call(GroupId.System, (node, token) => node.Machine.CallSystem(token, command));
        Assert.Equal(ErrorCode.None, answer.Code);
    }

    /// <summary>Lets a node's disk take part: only then may it claim jobs.</summary>
    public void Admit(int node)
    {
        var command = new SystemCommand
        {
            Kind = SystemCommandKind.AdmitNode,
            Name = $"node{node}",
            Node = new NodeId(node),
            Incarnation = this[node].Machine.Identity.Tag,
        };
        var answer = Call(GroupId.System, (leader, token) => leader.Machine.CallSystem(token, command));
        Assert.Equal(ErrorCode.None, answer.Code);
    }

    /// <summary>Gives a node a replica of every group, and makes each a voter.</summary>
    public void Grow(int node)
    {
        foreach (var group in Groups)
        {
            Grow(node, group);
        }
    }

    /// <summary>Gives a node a replica of a group, and makes it a voter.</summary>
    public void Grow(int node, GroupId group)
    {
        var replica = AddLearner(node, group);
        RunUntil(() => LeaderOf(group) is { } leader
            && leader.Core.Engine.Find(group)!.TryGetProgress(replica, out var match, out _)
            && match == leader.Core.Engine.Find(group)!.Log.LastIndex);
        Change(group, new ConfigurationChange(ConfigurationChangeKind.Promote, replica, new NodeId(node)));
    }

    /// <summary>Makes a replica of a node a learner of a group.</summary>
    public ReplicaId AddLearner(int node, GroupId group)
    {
        var replica = this[node].Machine.Identity.Replica(++_serial);
        Change(group, new ConfigurationChange(ConfigurationChangeKind.AddLearner, replica, new NodeId(node)));
        return replica;
    }

    /// <summary>Takes a replica out of its group.</summary>
    public void Remove(int node, GroupId group, ReplicaId replica) =>
        Change(group, new ConfigurationChange(ConfigurationChangeKind.Remove, replica, new NodeId(node)));

    /// <summary>Whether a node has applied all that a group's leader has.</summary>
    public bool HasCaughtUp(int node, GroupId group) => LeaderOf(group) is { } leader
        && this[node].Core.Find(group)?.Point.Index == leader.Core.Find(group)!.Point.Index;

    /// <summary>All replicas have applied the same, and are the same.</summary>
    public void ShouldAgree()
    {
        RunUntil(() => Groups.All(group => _nodes.Values.All(node => HasCaughtUp(node.Core.Self.Value, group))));
        Assert.All(Groups, group => Assert.Single(
            _nodes.Values.Select(node => node.Core.Find(group)!.Machine.ContentHash).Distinct()));
    }

    public void Dispose()
    {
        foreach (var node in _nodes.Values)
        {
            node.Dispose();
        }

        Directory.Delete(_path, recursive: true);
    }

    private void Change(GroupId group, ConfigurationChange change)
    {
        bool IsDone(RaftCore raft) => raft.ConfigurationIndex <= raft.CommitIndex
            && raft.Configuration.TryGet(change.Replica, out var member)
                ? change.Kind == ConfigurationChangeKind.AddLearner
                    || (change.Kind == ConfigurationChangeKind.Promote && member.Kind == MemberKind.Voter)
                : change.Kind == ConfigurationChangeKind.Remove && raft.ConfigurationIndex <= raft.CommitIndex;
        RunUntil(() =>
        {
            var engine = LeaderOf(group)?.Core.Engine;
            if (engine?.Find(group) is { } raft && !IsDone(raft))
            {
                engine.ProposeConfiguration(group, change, out _);
            }

            return engine?.Find(group) is { } after && IsDone(after);
        });
    }

    private static string Describe(MachineNode node) =>
        $"{node.Core.Self}: {node.Core.Describe(node.Machine.Now)}";
}
