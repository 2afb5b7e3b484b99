using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routing;

/// <summary>
/// Brings requests to the leaders of their vnodes and never guesses. A refusal that provably had no effect is tried
/// again freely; after a try that may have had one, only the very same request id is sent again. At the limit the
/// answer is OutcomeUnknown if any try may take effect, else Unavailable. One owner.
/// </summary>
public sealed partial class Router
{
    private readonly RouterOptions _options;
    private readonly LeaderCache _leaders;
    private readonly Dictionary<ulong, RoutedRequest> _requestByTry = [];
    private readonly PriorityQueue<RoutedRequest, (long DeadlineMs, long Order)> _deadlines = new();
    private readonly List<RoutedRequest> _toSend = [];
    private readonly List<RouterResult> _results = [];
    private SplitMix64 _draws;
    private ulong _lastTry;
    private long _order;

    /// <summary>Makes a router.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="leaders">Whom it believes to lead.</param>
    /// <param name="seed">For the jitter of the backoff.</param>
    public Router(RouterOptions options, LeaderCache leaders, ulong seed)
    {
        _options = options;
        _leaders = leaders;
        _draws = new SplitMix64(seed);
    }

    /// <summary>How many requests are under way.</summary>
    public int Count { get; private set; }

    /// <summary>When to call <see cref="Advance"/> if nothing else happens.</summary>
    public MonoMs NextDeadline
    {
        get
        {
            var hasWork = _toSend.Count > 0 || _results.Count > 0;
            var isWaiting = _deadlines.TryPeek(out _, out var next);
            return new MonoMs(hasWork ? long.MinValue : isWaiting ? next.DeadlineMs : long.MaxValue);
        }
    }

    /// <summary>Takes a request; <see cref="Advance"/> sends it and gives its one answer out.</summary>
    /// <param name="request">The request. One that changes something has a request id, else it is never tried again
    /// after a try that may have taken effect.</param>
    /// <param name="now">The present.</param>
    /// <param name="token">Names it in its result.</param>
    public void Submit(JobRequest request, MonoMs now, ulong token)
    {
        if (Count >= _options.RequestsMax)
        {
            _results.Add(new RouterResult(token, new JobAnswer(ErrorCode.Overloaded)));
            return;
        }

        var key = request.Key;
        var vnode = ShardMap.VNodeOf(key.Database, key.Collection, key.Id, _leaders.VNodeCount);
        Count++;
        _toSend.Add(new RoutedRequest(token, request, vnode, now));
    }

    /// <summary>Sends what is to be sent, and ends what is over.</summary>
    /// <param name="now">The present.</param>
    /// <param name="output">Is appended to.</param>
    public void Advance(MonoMs now, RouterOutput output)
    {
        while (_deadlines.TryPeek(out var request, out var due) && due.DeadlineMs <= now.Value)
        {
            _deadlines.Dequeue();
            var isCurrent = !request.IsOver && request.Wake == due.Order;
            if (isCurrent)
            {
                OnDeadline(request, now);
            }
        }

        foreach (var request in _toSend)
        {
            var isAnswered = request.IsOver || request.IsRefused;
            if (!isAnswered)
            {
                Send(request, now, output);
            }
        }

        _toSend.Clear();
        output.Results.AddRange(_results);
        _results.Clear();
    }

    private void Send(RoutedRequest request, MonoMs now, RouterOutput output)
    {
        var node = _leaders.Target(request.VNode);
        request.Attempts++;
        request.CurrentTry = ++_lastTry;
        request.OpenTries.Add((_lastTry, node));
        _requestByTry.Add(_lastTry, request);
        Wait(request, now, _options.TryMs);
        var asked = request.Request;
        output.Sends.Add(new RouterSend(node, GroupId.Of(request.VNode), _lastTry, asked));
    }

    private void OnDeadline(RoutedRequest request, MonoMs now)
    {
        if (IsAtTimeLimit(request, now))
        {
            GiveUp(request);
            return;
        }

        if (request.CurrentTry != 0)
        {
            _leaders.OnNotLeader(request.VNode, NodeOf(request, request.CurrentTry));
            request.CurrentTry = 0;
        }

        TryAgain(request, now, waitMs: 0);
    }

    private void TryAgain(RoutedRequest request, MonoMs now, long waitMs)
    {
        if (!MayTryAgain(request))
        {
            WaitForLateAnswers(request, now);
            return;
        }

        if (waitMs > 0)
        {
            Wait(request, now, waitMs);
            return;
        }

        _toSend.Add(request);
    }

    /// <summary>
    /// An open try may take effect at any time: only a repeat that the state machine knows as such is safe.
    /// </summary>
    private bool MayTryAgain(RoutedRequest request)
    {
        var isRepeatSafe =
            request.IsRead || request.OpenTries.Count == 0 || request.Request.RequestId != RequestId.None;
        return isRepeatSafe && !request.IsRefused && request.Attempts < _options.AttemptsMax;
    }

    private void WaitForLateAnswers(RoutedRequest request, MonoMs now)
    {
        if (request.OpenTries.Count == 0)
        {
            GiveUp(request);
            return;
        }

        request.IsAtLimit = true;
        Wait(request, now, _options.TotalMs);
    }

    private void GiveUp(RoutedRequest request)
    {
        var mayTakeEffect = !request.IsRead && request.OpenTries.Count > 0;
        Finish(request, new JobAnswer(mayTakeEffect ? ErrorCode.OutcomeUnknown : ErrorCode.Unavailable));
    }

    private void Finish(RoutedRequest request, JobAnswer answer)
    {
        foreach (var (tryId, _) in request.OpenTries)
        {
            _requestByTry.Remove(tryId);
        }

        request.IsOver = true;
        Count--;
        _results.Add(new RouterResult(request.Token, answer));
    }

    private bool IsAtTimeLimit(RoutedRequest request, MonoMs now) =>
        now - request.SubmittedAt >= _options.TotalMs;

    private void Wait(RoutedRequest request, MonoMs now, long waitMs)
    {
        var end = request.SubmittedAt + _options.TotalMs;
        var deadline = now + waitMs;
        request.Wake = ++_order;
        _deadlines.Enqueue(request, ((deadline < end ? deadline : end).Value, _order));
    }

    private static NodeId NodeOf(RoutedRequest request, ulong tryId)
    {
        foreach (var open in request.OpenTries)
        {
            if (open.TryId == tryId)
            {
                return open.Node;
            }
        }

        return NodeId.None;
    }
}
