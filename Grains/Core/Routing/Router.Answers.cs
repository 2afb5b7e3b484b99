using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routing;

/// <content>What answers mean.</content>
public sealed partial class Router
{
    private enum Meaning
    {
        /// <summary>The request is answered.</summary>
        Final,

        /// <summary>This try has and will have no effect; another may be answered.</summary>
        NoEffect,

        /// <summary>Nobody knows.</summary>
        Unknown,
    }

    /// <summary>Takes the answer to a try, however late; answers to requests that are over are ignored.</summary>
    /// <param name="tryId">The try.</param>
    /// <param name="answer">What came back.</param>
    /// <param name="now">The present.</param>
    public void OnAnswer(ulong tryId, in RouterAnswer answer, MonoMs now)
    {
        if (!_requestByTry.TryGetValue(tryId, out var request))
        {
            return;
        }

        var node = NodeOf(request, tryId);
        switch (MeaningOf(answer.Answer.Code))
        {
            case Meaning.Final:
                _leaders.OnLeader(request.VNode, node);
                Close(request, tryId);
                OnFinal(request, answer.Answer, now);
                break;
            case Meaning.NoEffect:
                Close(request, tryId);
                OnNoEffect(request, tryId, node, answer, now);
                break;
            case Meaning.Unknown:
                OnUnknown(request, tryId, node, now);
                break;
            default:
                Invariant.Fail("unknown meaning");
                break;
        }
    }

    private static Meaning MeaningOf(ErrorCode code) => code switch
    {
        ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost => Meaning.NoEffect,
        ErrorCode.Unavailable => Meaning.NoEffect,
        ErrorCode.OutcomeUnknown => Meaning.Unknown,
        _ => Meaning.Final,
    };

    /// <summary>An effect is certain at once. A refusal is only when no earlier try can still take effect.</summary>
    private void OnFinal(RoutedRequest request, JobAnswer answer, MonoMs now)
    {
        if (answer.IsOk || request.IsRead || request.OpenTries.Count == 0)
        {
            Finish(request, answer);
            return;
        }

        request.IsRefused = true;
        request.Refusal = answer;
        request.CurrentTry = 0;
        WaitForLateAnswers(request, now);
    }

    private void OnNoEffect(RoutedRequest request, ulong tryId, NodeId node, in RouterAnswer answer, MonoMs now)
    {
        var isHintNew = Learn(request.VNode, node, answer);
        if (request.IsRefused && request.OpenTries.Count == 0)
        {
            Finish(request, request.Refusal);
            return;
        }

        var isLastHope = request.IsAtLimit && request.OpenTries.Count == 0;
        var isWaitedFor = request.CurrentTry == tryId || isLastHope;
        if (request.IsRefused || !isWaitedFor)
        {
            return;
        }

        request.CurrentTry = 0;
        request.Refusals++;
        var waitMs = isHintNew && request.Refusals == 1 ? 0 : BackoffMs(request.Refusals);
        TryAgain(request, now, waitMs);
    }

    private void OnUnknown(RoutedRequest request, ulong tryId, NodeId node, MonoMs now)
    {
        _leaders.OnNotLeader(request.VNode, node);
        if (request.CurrentTry != tryId)
        {
            return;
        }

        request.CurrentTry = 0;
        request.Refusals++;
        TryAgain(request, now, BackoffMs(request.Refusals));
    }

    /// <summary>Believes a hint, unless a newer answer named somebody else meanwhile.</summary>
    private bool Learn(VNodeId vnode, NodeId node, in RouterAnswer answer)
    {
        if (answer.Answer.Code is ErrorCode.Overloaded or ErrorCode.ProposalLost)
        {
            return false;
        }

        _leaders.OnNotLeader(vnode, node);
        var isNew = answer.LeaderHint != NodeId.None && answer.LeaderHint != node;
        if (isNew && !_leaders.IsKnown(vnode))
        {
            _leaders.OnLeader(vnode, answer.LeaderHint);
        }

        return isNew;
    }

    /// <summary>Half of a doubling wait, and a drawn part of the other half.</summary>
    private long BackoffMs(int refusals)
    {
        var doubled = (long)_options.BackoffMinMs << Math.Min(refusals - 1, 16);
        var wait = Math.Min(doubled, _options.BackoffMaxMs);
        return (wait / 2) + _draws.Between(0, wait / 2);
    }

    private void Close(RoutedRequest request, ulong tryId)
    {
        _requestByTry.Remove(tryId);
        request.OpenTries.RemoveAll(open => open.TryId == tryId);
    }
}
