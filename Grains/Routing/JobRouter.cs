using Orleans.Concurrency;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routing;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Placement;

namespace TimeMachine.Grains.Routing;

/// <summary>Brings requests to the leaders of their vnodes: the core's router decides, this sends and waits. Calls
/// come from any thread.</summary>
internal sealed class JobRouter : IDisposable
{
    private readonly NodeService _service;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LeaderCache _leaders;
    private readonly Router _router;
    private readonly RouterOutput _output = new();
    private readonly Dictionary<ulong, TaskCompletionSource<JobAnswer>> _requests = [];
    private readonly ITimer _timer;
    private readonly long _begun;
    private ulong _lastToken;
    private MonoMs _timerAt = new(long.MaxValue);

    /// <summary>Makes a router.</summary>
    public JobRouter(NodeService service, IGrainFactory grains, ShardMap map, TimeProvider time)
    {
        (_service, _grains, _time) = (service, grains, time);
        _begun = time.GetTimestamp();
        _leaders = new LeaderCache(map);
        _router = new Router(new RouterOptions(), _leaders, (ulong)_begun);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many vnodes there are.</summary>
    public int VNodeCount => _leaders.VNodeCount;

    private MonoMs Now => new(1 + (long)_time.GetElapsedTime(_begun).TotalMilliseconds);

    /// <summary>Takes over a newer map.</summary>
    public void OnMap(ShardMap map)
    {
        lock (_gate)
        {
            _leaders.OnMap(map);
        }
    }

    /// <summary>Asks a job's vnode.</summary>
    /// <returns>The one answer; at the router's limit Unavailable or OutcomeUnknown.</returns>
    public Task<JobAnswer> AskAsync(JobRequest request)
    {
        var answer = new TaskCompletionSource<JobAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        List<RouterSend>? sends;
        lock (_gate)
        {
            _requests.Add(++_lastToken, answer);
            _router.Submit(request, Now, _lastToken);
            sends = Advance();
        }

        SendAll(sends);
        return answer.Task;
    }

    /// <summary>Whom to ask for something that does not go through the router.</summary>
    public NodeId LeaderOf(VNodeId vnode)
    {
        lock (_gate)
        {
            return _leaders.Target(vnode);
        }
    }

    /// <summary>What the answer of a node says of a vnode's leader.</summary>
    public void Learn(VNodeId vnode, NodeId asked, bool leads, NodeId hint)
    {
        lock (_gate)
        {
            if (leads)
            {
                _leaders.OnLeader(vnode, asked);
                return;
            }

            _leaders.OnNotLeader(vnode, asked);
            if (hint != NodeId.None && hint != asked)
            {
                _leaders.OnLeader(vnode, hint);
            }
        }
    }

    /// <summary>Answers what is open as if nobody had answered.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            foreach (var request in _requests.Values)
            {
                request.TrySetResult(new JobAnswer(ErrorCode.OutcomeUnknown));
            }

            _requests.Clear();
        }
    }

    /// <summary>Moves the router on, inside the lock.</summary>
    /// <returns>What is to be sent outside of it.</returns>
    private List<RouterSend>? Advance()
    {
        _output.Clear();
        _router.Advance(Now, _output);
        foreach (var result in _output.Results)
        {
            if (_requests.Remove(result.Token, out var request))
            {
                request.SetResult(result.Answer);
            }
        }

        var next = _router.NextDeadline;
        if (next < _timerAt)
        {
            _timerAt = next;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, next - Now)), Timeout.InfiniteTimeSpan);
        }

        return _output.Sends.Count > 0 ? [.. _output.Sends] : null;
    }

    private void OnTimer()
    {
        List<RouterSend>? sends;
        lock (_gate)
        {
            _timerAt = new MonoMs(long.MaxValue);
            sends = Advance();
        }

        SendAll(sends);
    }

    private void SendAll(List<RouterSend>? sends)
    {
        foreach (var send in sends ?? [])
        {
            _ = SendAsync(send);
        }
    }

    private async Task SendAsync(RouterSend send)
    {
        var answer = await TryAsync(send).ConfigureAwait(false);
        List<RouterSend>? sends;
        lock (_gate)
        {
            _router.OnAnswer(send.TryId, answer, Now);
            sends = Advance();
        }

        SendAll(sends);
    }

    private async Task<RouterAnswer> TryAsync(RouterSend send)
    {
        try
        {
            if (send.Node == _service.Self && _service.Host is { } host)
            {
                return AnswerOf(await host.CallAsync(send.Group, send.Request).ConfigureAwait(false));
            }

            return _service.NameOfActive(send.Node) is { } node
                ? await SendFarAsync(node, send).ConfigureAwait(false)
                : new RouterAnswer(new JobAnswer(ErrorCode.Unavailable));
        }
        catch (NodeDownException)
        {
            return new RouterAnswer(new JobAnswer(ErrorCode.Unavailable));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It may have arrived before the connection broke, the time was over or the node ended.
            return new RouterAnswer(new JobAnswer(ErrorCode.OutcomeUnknown));
        }
    }

    private async Task<RouterAnswer> SendFarAsync(string node, RouterSend send)
    {
        var writer = new ByteWriter(128 + send.Request.Meta.Length);
        send.Request.Write(writer);
        var bytes = new Immutable<byte[]>(writer.Written.ToArray());
        var reply = await _grains.Vnode(send.Group.VNode, node).CallAsync(bytes).ConfigureAwait(false);
        return AnswerOf(CallReply.Decode(reply.Value));
    }

    private static RouterAnswer AnswerOf(in CallAnswer call) => new(call.Answer, call.Leader);
}
