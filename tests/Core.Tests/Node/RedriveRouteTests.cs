using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Node;

/// <summary>A job whose route is gone would only be dead again: its redrive is refused once that is proven.</summary>
public sealed class RedriveRouteTests
{
    private readonly NodeWorld _world = new();

    public RedriveRouteTests()
    {
        Put(1);
        Assert.True(_world.Answer(_world.Create(Asked, VNode, "a", delayMs: 1_000)).IsOk);
        Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Delete(2, isForced: true))).IsOk);
        _world.RunUntil(() => State == JobState.Dead);
    }

    /// <summary>A node that leads a vnode, and not the group that decides about routes.</summary>
    private TestNode Asked => _world.Nodes[VNode];

    private int VNode => _world.Leader == _world.Nodes[0] ? 1 : 0;

    private JobState State => _world.Answer(_world.Get(Asked, VNode, "a")).State;

    [Fact]
    public void A_job_whose_route_is_gone_is_not_redriven()
    {
        var answer = _world.Answer(_world.Redrive(Asked, VNode, "a"));

        Assert.Equal(ErrorCode.RouteNotFound, answer.Code);
        Assert.Equal(JobState.Dead, State);
        Assert.Equal(0, Asked.Core.CallCount);
    }

    [Fact]
    public void A_job_whose_route_is_gone_is_not_run_now_either()
    {
        Put(3);
        _world.RunUntil(() => Asked.Core.Routes.TryGet(NodeWorld.Mail, out _));
        Assert.True(_world.Answer(_world.Create(Asked, VNode, "b")).IsOk);
        Assert.True(_world.Answer(_world.RunNow(Asked, VNode, "b")).IsOk);
        Assert.True(_world.Answer(_world.Create(Asked, VNode, "c")).IsOk);
        Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Delete(4, isForced: true))).IsOk);
        var version = _world.Answer(_world.Get(Asked, VNode, "c")).Version;

        var answer = _world.Answer(_world.RunNow(Asked, VNode, "c"));

        Assert.Equal(ErrorCode.RouteNotFound, answer.Code);
        Assert.Equal(version, _world.Answer(_world.Get(Asked, VNode, "c")).Version);
    }

    [Fact]
    public void A_job_whose_route_is_there_again_is_redriven()
    {
        Put(3);
        _world.RunUntil(() => Asked.Core.Routes.TryGet(NodeWorld.Mail, out _));

        var answer = _world.Answer(_world.Redrive(Asked, VNode, "a"));

        Assert.True(answer.IsOk);
        Assert.Equal(JobState.Scheduled, answer.State);
    }

    [Fact]
    public void A_redrive_for_a_route_that_only_others_know_yet_waits_for_the_table_and_is_taken()
    {
        _world.IsLost = message => message.IsBatch && message.To == Asked.Id;
        Put(3);
        var redrive = _world.Redrive(Asked, VNode, "a");
        _world.Run(50);
        Assert.False(_world.IsAnswered(redrive));

        _world.IsLost = _ => false;

        Assert.True(_world.Answer(redrive).IsOk);
    }

    [Fact]
    public void Without_the_groups_word_a_redrive_is_refused_as_unavailable_in_the_end()
    {
        _world.IsLost = message => message.To == Asked.Id || message.From == Asked.Id;

        var answer = _world.Answer(_world.Redrive(Asked, VNode, "a"));

        Assert.Equal(ErrorCode.Unavailable, answer.Code);
        Assert.Equal(JobState.Dead, State);
    }

    [Fact]
    public void What_else_stands_against_a_redrive_is_told_as_before()
    {
        Put(3);
        Assert.True(_world.Answer(_world.Create(Asked, VNode, "waits")).IsOk);

        Assert.Equal(ErrorCode.NotRedrivable, _world.Answer(_world.Redrive(Asked, VNode, "waits")).Code);
        Assert.Equal(ErrorCode.JobNotFound, _world.Answer(_world.Redrive(Asked, VNode, "never-there")).Code);
    }

    [Fact]
    public void A_redrive_that_finds_its_row_damaged_is_answered_so()
    {
        Asked.Rows[NodeWorld.VNode(VNode)].IsBroken = true;

        Assert.Equal(ErrorCode.VNodeDamaged, _world.Answer(_world.Redrive(Asked, VNode, "a")).Code);
        Assert.Equal([NodeWorld.VNode(VNode)], Asked.Damaged);
    }

    private void Put(ulong request) =>
        Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Put(request))).IsOk);
}
