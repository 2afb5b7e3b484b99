using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Tests.Node;

/// <summary>
/// Three nodes with the system group on all and two vnodes, each of a single voter: the first on node 1, the second on
/// node 2. Messages arrive a millisecond later, unless the test holds or drops them.
/// </summary>
internal sealed class NodeWorld
{
    public static readonly RouteKey Mail = RouteKey.Of("shop", "mail");
    private readonly List<(NodeId From, NodeId To, bool IsBatch, byte[] Bytes)> _onTheWay = [];
    private ulong _token;

    public NodeWorld()
    {
        Nodes = [.. Enumerable.Range(1, 3).Select(node => new TestNode(node, Options))];
        var system = new Configuration(Enumerable.Range(1, 3).Select(node => VoterOn(node)));
        foreach (var node in Nodes)
        {
            node.Create(GroupId.System, node.Id.Value, system);
        }

        for (var node = 1; node <= 2; node++)
        {
            Nodes[node - 1].Create(VNode(node - 1), node, new Configuration([VoterOn(node)]));
        }

        RunUntil(() => Leader is not null && Nodes[0].Leads(VNode(0)) && Nodes[1].Leads(VNode(1)));
        foreach (var node in Nodes)
        {
            Leader!.Core.CallSystem(++_token, Admission(node.Id), Now, Leader.Output);
        }

        RunUntil(() => Nodes.TrueForAll(node => node.Core.Gate.IsConfirmed(Now)));
    }

    public static NodeOptions Options { get; } = new() { Engine = new EngineOptions(), VNodeCount = 2 };

    public List<TestNode> Nodes { get; }

    public MonoMs Now { get; private set; } = new(1);

    /// <summary>Whether a message from one node to another is lost: Raft's batches, or what else nodes say.</summary>
    public Func<(NodeId From, NodeId To, bool IsBatch), bool> IsLost { get; set; } = _ => false;

    public TestNode? Leader => Nodes.Find(node => node.Leads(GroupId.System));

    public static GroupId VNode(int number) => GroupId.Of(new VNodeId(number));

    public static Route ARoute() => new() { Key = Mail, WebhookUrl = "https://mail.example/hook" };

    public static SystemCommand Put(ulong request) => new()
    {
        Kind = SystemCommandKind.PutRoute,
        Key = Mail,
        Route = ARoute(),
        RequestId = new RequestId(request),
    };

    public static SystemCommand Delete(ulong request, bool isForced = false) => new()
    {
        Kind = SystemCommandKind.MarkRouteDeleting,
        Key = Mail,
        IsForced = isForced,
        RequestId = new RequestId(request),
    };

    public ulong Ask(TestNode node, SystemCommand command)
    {
        node.Core.CallSystem(++_token, command, Now, node.Output);
        return _token;
    }

    /// <summary>Asks a node to create a job; without another delay it is due in an hour.</summary>
    public ulong Create(TestNode node, int vnode, string id, long delayMs = 3_600_000)
    {
        var request = new JobRequest
        {
            Kind = JobRequestKind.Create,
            Key = JobKey.Of("shop", "carts", id),
            RequestId = new RequestId(++_token),
            DelayMs = delayMs,
            Route = Mail,
        };
        node.Core.Call(_token, VNode(vnode), request, Now, node.Output);
        return _token;
    }

    public ulong Redrive(TestNode node, int vnode, string id) => Act(JobRequestKind.Redrive, node, vnode, id);

    public ulong RunNow(TestNode node, int vnode, string id) => Act(JobRequestKind.RunNow, node, vnode, id);

    private ulong Act(JobRequestKind kind, TestNode node, int vnode, string id)
    {
        var request = new JobRequest
        {
            Kind = kind,
            Key = JobKey.Of("shop", "carts", id),
            RequestId = new RequestId(++_token),
        };
        node.Core.Call(_token, VNode(vnode), request, Now, node.Output);
        return _token;
    }

    public ulong Get(TestNode node, int vnode, string id)
    {
        var request = new JobRequest { Kind = JobRequestKind.Get, Key = JobKey.Of("shop", "carts", id) };
        node.Core.Call(++_token, VNode(vnode), request, Now, node.Output);
        return _token;
    }

    /// <summary>Runs until a call is answered, and returns its answer.</summary>
    public JobAnswer Answer(ulong token)
    {
        RunUntil(() => IsAnswered(token));
        return Nodes.SelectMany(node => node.Answers).Single(answer => answer.Token == token).Answer;
    }

    public bool IsAnswered(ulong token) => Nodes.Exists(node => node.Answers.Exists(answer => answer.Token == token));

    public void RunUntil(Func<bool> isOver)
    {
        var end = Now + 20_000;
        while (!isOver())
        {
            Assert.True(Now < end, "not within 20 seconds");
            Run(1);
        }
    }

    public void Run(int milliseconds)
    {
        for (var end = Now + milliseconds; Now < end; Now += 1)
        {
            Deliver();
            foreach (var node in Nodes)
            {
                Turn(node);
            }
        }
    }

    private void Turn(TestNode node)
    {
        do
        {
            foreach (var (to, isBatch, bytes) in node.Turn(Now))
            {
                _onTheWay.Add((node.Id, to, isBatch, bytes));
            }
        }
        while (node.Core.HasWork(Now));
    }

    private void Deliver()
    {
        var arrived = _onTheWay.ToList();
        _onTheWay.Clear();
        foreach (var (from, to, isBatch, bytes) in arrived.Where(message =>
            !IsLost((message.From, message.To, message.IsBatch))))
        {
            var node = Nodes[to.Value - 1];
            var error = isBatch
                ? node.Core.Engine.Receive(bytes, Now)
                : node.Core.Receive(bytes, Now, node.Output);
            Assert.Equal(ErrorCode.None, error);
        }
    }

    private static Member VoterOn(int node) =>
        new(new ReplicaId((ulong)node), new NodeId(node), MemberKind.Voter);

    private static SystemCommand Admission(NodeId node) => new()
    {
        Kind = SystemCommandKind.AdmitNode,
        Name = $"n{node}",
        Node = node,
        Incarnation = (ulong)node.Value,
    };
}
