using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Router;

/// <summary>A router, its clock, and what it gave out.</summary>
internal sealed class RouterDesk
{
    private static readonly JobKey Key = JobKey.Of("shop", "orders", "o1");
    private readonly ShardMap _map = ShardPlanner.Plan([new NodeId(1), new NodeId(2), new NodeId(3)], 4, 3);
    private readonly RouterOutput _output = new();
    private int _requests;

    public RouterDesk(RouterOptions? options = null, ulong seed = 1) =>
        Router = new TimeMachine.Core.Routing.Router(options ?? new RouterOptions(), new LeaderCache(_map), seed);

    public TimeMachine.Core.Routing.Router Router { get; }

    public MonoMs Now { get; private set; }

    public List<RouterSend> Sends { get; } = [];

    public List<RouterResult> Results { get; } = [];

    public Func<RouterSend, RouterAnswer>? AnswerAll { get; set; }

    public static RouterAnswer With(ErrorCode code) => new(new JobAnswer(code));

    public NodeId Replica(int rank) => _map.ReplicasOf(ShardMap.VNodeOf("shop", "orders", "o1", 4))[rank];

    public void Submit(JobRequestKind kind = JobRequestKind.Create, int? requestId = null, ulong token = 0)
    {
        var id = new RequestId((UInt128)(requestId ?? ++_requests));
        Router.Submit(new JobRequest { Kind = kind, Key = Key, RequestId = id }, Now, token);
        Advance();
    }

    public void Answer(RouterSend send, ErrorCode code, NodeId hint = default)
    {
        Router.OnAnswer(send.TryId, new RouterAnswer(new JobAnswer(code), hint), Now);
        Advance();
    }

    public void RunFor(long milliseconds)
    {
        var end = Now + milliseconds;
        Advance();
        while (Now < end)
        {
            Now += 1;
            Advance();
        }
    }

    private void Advance()
    {
        _output.Clear();
        Router.Advance(Now, _output);
        Sends.AddRange(_output.Sends);
        Results.AddRange(_output.Results);
        if (AnswerAll is { } answer)
        {
            foreach (var send in _output.Sends)
            {
                Router.OnAnswer(send.TryId, answer(send), Now);
            }
        }
    }
}
