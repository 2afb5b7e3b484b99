using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Grains.Cluster;

namespace TimeMachine.Grains.Routing;

/// <summary>Reads the jobs of a collection, vnode by vnode, each in the order of the ids: an order that stays while
/// jobs come and go.</summary>
internal sealed partial class JobLister(
    NodeService service, IGrainFactory grains, TimeProvider time, ILogger<JobLister> log)
{
    private const int TriesMax = 12;
    private const int RetryMs = 100;

    /// <summary>So many vnodes are asked at a time at most.</summary>
    private const int AheadMax = 16;

    /// <summary>One page looks at so many rows at most: then it ends early, with a cursor.</summary>
    private const int RowsPerPageMax = 8_192;

    /// <summary>The page ends behind the vnode's page with which its bodies reach so many bytes.</summary>
    private const long BytesPerPage = 4 * 1024 * 1024;

    /// <summary>Reads a page.</summary>
    /// <param name="request">What to list; where it begins is in the cursor.</param>
    /// <param name="limit">The most jobs.</param>
    /// <param name="from">The vnode to begin with.</param>
    public async Task<ListedPage> ReadAsync(JobListRequest request, int limit, int from)
    {
        var jobs = new List<JobView>();
        var (rowsLeft, bytesLeft) = (RowsPerPageMax, BytesPerPage);
        var vnodeCount = service.Router!.VNodeCount;
        var ahead = new Queue<Task<JobAnswer>>();
        for (var vnode = from; vnode < vnodeCount; vnode++)
        {
            // As many again as were read: few jobs in the first ones promise few in the next.
            var width = Math.Min(vnode - from + 1, AheadMax);
            for (var asked = vnode + ahead.Count; asked < vnodeCount && ahead.Count < width; asked++)
            {
                ahead.Enqueue(AskAsync(new VNodeId(asked), request with { JobsMax = limit - jobs.Count }));
                request = request with { After = default };
            }

            var answer = await ahead.Dequeue().ConfigureAwait(false);
            while (answer.Page is { } page)
            {
                var taken = Math.Min(page.Jobs.Count, limit - jobs.Count);
                jobs.AddRange(page.Jobs.Take(taken));
                var next = taken < page.Jobs.Count ? jobs[^1].Key : page.Next;
                rowsLeft -= next.IsEmpty ? request.RowsMax / 4 : request.RowsMax;
                bytesLeft -= page.Jobs.Sum(static job => (long)job.Meta.Length);
                if (jobs.Count >= limit || rowsLeft <= 0 || bytesLeft <= 0)
                {
                    return new ListedPage(jobs, NextOf(vnode, next, vnodeCount), ErrorCode.None);
                }

                if (next.IsEmpty)
                {
                    break;
                }

                var more = request with { After = next, JobsMax = limit - jobs.Count };
                answer = await AskAsync(new VNodeId(vnode), more).ConfigureAwait(false);
            }

            if (answer.Page is null)
            {
                return new ListedPage(jobs, null, answer.Code);
            }
        }

        return new ListedPage(jobs, null, ErrorCode.None);
    }

    private static ListCursor? NextOf(int vnode, JobKey next, int vnodeCount)
    {
        if (!next.IsEmpty)
        {
            return new ListCursor(vnode, next);
        }

        return vnode + 1 < vnodeCount ? new ListCursor(vnode + 1, default) : null;
    }

    private async Task<JobAnswer> AskAsync(VNodeId vnode, JobListRequest request)
    {
        var answer = new JobAnswer(ErrorCode.Unavailable);
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var node = service.Router!.LeaderOf(vnode);
            var call = await TryAsync(node, vnode, request).ConfigureAwait(false);
            answer = call.Answer;
            var isRetried = answer.Code is ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.Unavailable;
            var leads = answer.Code is not (ErrorCode.NotLeader or ErrorCode.Unavailable);
            service.Router!.Learn(vnode, node, leads, call.Leader);
            if (!isRetried)
            {
                return answer;
            }

            var isHinted = call.Leader != NodeId.None && call.Leader != node;
            await Task.Delay(TimeSpan.FromMilliseconds(isHinted ? 1 : RetryMs), time).ConfigureAwait(false);
        }

        return answer.Code == ErrorCode.NotLeader ? new JobAnswer(ErrorCode.Unavailable) : answer;
    }

    private async Task<CallAnswer> TryAsync(NodeId target, VNodeId vnode, JobListRequest request)
    {
        try
        {
            if (target == service.Self && service.Host is { } host)
            {
                return await host.ListAsync(GroupId.Of(vnode), request).ConfigureAwait(false);
            }

            if (service.NameOfActive(target) is { } node)
            {
                var writer = new ByteWriter();
                request.Write(writer);
                var bytes = new Immutable<byte[]>(writer.Written.ToArray());
                var reply = await grains.Vnode(vnode, node).ListAsync(bytes).ConfigureAwait(false);
                return CallReply.Decode(reply.Value);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A read has no effect: it is simply asked again.
            LogUnavailable(log, vnode.Value, error);
        }

        return new CallAnswer(0, new JobAnswer(ErrorCode.Unavailable), default);
    }

    [LoggerMessage(LogLevel.Debug, "Vnode {VNode} could not be listed just now.")]
    private static partial void LogUnavailable(ILogger logger, int vnode, Exception error);
}
