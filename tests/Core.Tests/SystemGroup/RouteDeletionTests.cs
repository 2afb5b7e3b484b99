using TimeMachine.Core.Jobs;
using TimeMachine.Core.SystemGroup;
using static TimeMachine.Core.Tests.SystemGroup.SystemDesk;

namespace TimeMachine.Core.Tests.SystemGroup;

public sealed class RouteDeletionTests
{
    [Fact]
    public void A_route_without_unfinished_jobs_is_deleted_and_answered_once_in_force_everywhere()
    {
        var flow = new Flow(isForced: false);
        Assert.Equal([0, 1, 2], flow.Advance().Select(step => step.VNode.Value));
        flow.Fence(0, 0, 0);

        var decision = flow.Advance().Single().SystemCommand!;
        Assert.Equal(SystemCommandKind.FinishRouteDelete, decision.Kind);
        var answer = flow.Desk.Apply(decision);
        flow.Deletion.OnDecided(answer);

        Assert.Equal(answer.Version, flow.Advance().Single().Revision);
        Assert.Null(flow.Deletion.Result);
        flow.Deletion.OnInForce();
        Assert.True(flow.Deletion.Result!.Value.IsOk);
        Assert.False(flow.Desk.IsThere());
    }

    [Fact]
    public void A_route_with_unfinished_jobs_stays_and_the_delete_is_refused()
    {
        var flow = new Flow(isForced: false);
        flow.Advance();
        flow.Fence(2, 0, 1);

        flow.Deletion.OnDecided(flow.Desk.Apply(flow.Advance().Single().SystemCommand!));

        var result = flow.Deletion.Result!.Value;
        Assert.Equal((ErrorCode.RouteInUse, 3L), (result.Code, result.UnfinishedCount));
        Assert.True(flow.Desk.IsThere());
    }

    [Fact]
    public void Force_deletes_a_route_with_unfinished_jobs()
    {
        var flow = new Flow(isForced: true);
        Assert.All(flow.Advance(), step => Assert.True(step.Command!.Flag));
        flow.Fence(2, 0, 1);

        Assert.Equal(SystemCommandKind.FinishRouteDelete, flow.Advance().Single().SystemCommand!.Kind);
    }

    [Fact]
    public void A_fence_without_an_answer_is_asked_again_and_undone_in_the_end()
    {
        var flow = new Flow(isForced: false);
        flow.Advance();
        flow.Deletion.OnFenced(new VNodeId(1), new JobAnswer(ErrorCode.None));
        flow.Deletion.OnFenced(new VNodeId(2), new JobAnswer(ErrorCode.NotLeader));

        flow.Now += RouteDeletion.AgainMs;
        Assert.Equal([0, 2], flow.Advance().Select(step => step.VNode.Value));
        flow.Now += RouteDeletion.FencingMs;
        var undo = flow.Advance().Single().SystemCommand!;

        Assert.Equal(SystemCommandKind.UndoRouteDelete, undo.Kind);
        Assert.Equal(ErrorCode.Unavailable, flow.Desk.Apply(undo).Code);
    }

    private sealed class Flow
    {
        public Flow(bool isForced)
        {
            Desk.Apply(Put(ARoute()));
            Desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting, request: 5) with { IsForced = isForced });
            Desk.Machine.Routes.TryGet(Key, out var mark);
            Deletion = new RouteDeletion(mark, new RequestId(5), vnodeCount: 3, Now);
        }

        public SystemDesk Desk { get; } = new();

        public RouteDeletion Deletion { get; }

        public MonoMs Now { get; set; } = new(1);

        public List<RouteDeletionStep> Advance()
        {
            var steps = new List<RouteDeletionStep>();
            Deletion.Advance(Now, new UnixMs(1), steps);
            return steps;
        }

        public void Fence(params long[] unfinished)
        {
            for (var vnode = 0; vnode < unfinished.Length; vnode++)
            {
                var answer = new JobAnswer(ErrorCode.None) { UnfinishedCount = unfinished[vnode] };
                Deletion.OnFenced(new VNodeId(vnode), answer);
                Deletion.OnFenced(new VNodeId(vnode), answer);
            }
        }
    }
}
