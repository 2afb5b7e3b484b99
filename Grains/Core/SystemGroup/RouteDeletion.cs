using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>
/// The delete of a route, after its mark is applied: a fence in every vnode refuses creates by older revisions and
/// counts the unfinished jobs; with none, or by force, the delete is finished and answered when it is in force
/// everywhere, else undone. Each step may be repeated, so another node can go on from the mark. One owner.
/// </summary>
public sealed class RouteDeletion
{
    /// <summary>A step without an answer is made again after so long, in ms.</summary>
    public const int AgainMs = 1_000;

    /// <summary>After so long without the counts of all vnodes the delete is undone, in ms.</summary>
    public const int FencingMs = 10_000;

    private readonly Route _mark;
    private readonly RequestId _request;
    private readonly bool[] _isFenced;
    private readonly MonoMs _begunAt;
    private int _openFences;
    private long _unfinishedCount;
    private MonoMs? _askedAt;
    private SystemCommand? _decision;
    private JobAnswer? _decided;

    /// <summary>Begins.</summary>
    /// <param name="mark">The route as marked: deleting, with the mark's revision.</param>
    /// <param name="request">The request of the delete; none if another node made it and is gone.</param>
    /// <param name="vnodeCount">How many vnodes there are.</param>
    /// <param name="now">The present.</param>
    public RouteDeletion(Route mark, RequestId request, int vnodeCount, MonoMs now)
    {
        Invariant.Require(mark.IsDeleting);
        _mark = mark;
        _request = request;
        _isFenced = new bool[vnodeCount];
        _openFences = vnodeCount;
        _begunAt = now;
    }

    /// <summary>The route.</summary>
    public RouteKey Route => _mark.Key;

    /// <summary>The answer to the delete; null while it is under way.</summary>
    public JobAnswer? Result { get; private set; }

    /// <summary>When to call <see cref="Advance"/> if nothing else happens.</summary>
    public MonoMs NextDeadline => Result is not null
        ? new MonoMs(long.MaxValue)
        : _askedAt is { } askedAt ? askedAt + AgainMs : new MonoMs(long.MinValue);

    /// <summary>Says what to do now.</summary>
    /// <param name="now">The present.</param>
    /// <param name="time">The due clock, for the commands.</param>
    /// <param name="steps">Is appended to.</param>
    public void Advance(MonoMs now, UnixMs time, List<RouteDeletionStep> steps)
    {
        Decide(now);
        var isDue = _askedAt is not { } askedAt || now - askedAt >= AgainMs;
        if (Result is not null || !isDue)
        {
            return;
        }

        _askedAt = now;
        if (_decided is { } decided)
        {
            steps.Add(new RouteDeletionStep(RouteDeletionStepKind.Await) { Revision = decided.Version });
        }
        else if (_decision is not null)
        {
            var command = _decision with { Time = time };
            steps.Add(new RouteDeletionStep(RouteDeletionStepKind.Propose) { SystemCommand = command });
        }
        else
        {
            AddFences(time, steps);
        }
    }

    /// <summary>A vnode answered its fence; refusals are asked again.</summary>
    public void OnFenced(VNodeId vnode, in JobAnswer answer)
    {
        if (!answer.IsOk || _isFenced[vnode.Value])
        {
            return;
        }

        _isFenced[vnode.Value] = true;
        _openFences--;
        _unfinishedCount += answer.UnfinishedCount;
    }

    /// <summary>The proposed command was applied.</summary>
    public void OnDecided(in JobAnswer answer)
    {
        if (_decision is null || _decided is not null)
        {
            return;
        }

        _decided = answer;
        _askedAt = null;
        if (!answer.IsOk)
        {
            Result = answer;
        }
    }

    /// <summary>The awaited revision is in force everywhere.</summary>
    public void OnInForce()
    {
        if (_decided is { } answer)
        {
            Result ??= answer;
        }
    }

    private void Decide(MonoMs now)
    {
        if (_decision is not null)
        {
            return;
        }

        var isCounted = _openFences == 0;
        var mayFinish = isCounted && (_unfinishedCount == 0 || _mark.IsDeleteForced);
        if (isCounted || now - _begunAt >= FencingMs)
        {
            _decision = new SystemCommand
            {
                Kind = mayFinish ? SystemCommandKind.FinishRouteDelete : SystemCommandKind.UndoRouteDelete,
                Key = _mark.Key,
                RequestId = _request,
                IfMatch = _mark.Revision,
                UnfinishedCount = isCounted ? _unfinishedCount : 0,
            };
            _askedAt = null;
        }
    }

    private void AddFences(UnixMs time, List<RouteDeletionStep> steps)
    {
        for (var vnode = 0; vnode < _isFenced.Length; vnode++)
        {
            if (_isFenced[vnode])
            {
                continue;
            }

            var fence = new JobCommand
            {
                Kind = JobCommandKind.FenceRoute,
                Time = time,
                Route = _mark.Key,
                RouteRevision = _mark.Revision,
                Flag = _mark.IsDeleteForced,
            };
            steps.Add(new RouteDeletionStep(RouteDeletionStepKind.Fence)
            {
                VNode = new VNodeId(vnode),
                Command = fence,
            });
        }
    }
}
