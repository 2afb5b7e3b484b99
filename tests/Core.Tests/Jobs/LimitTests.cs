using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class LimitTests
{
    [Fact]
    public void Unfinished_jobs_are_limited_and_a_finished_one_makes_room()
    {
        var vnode = new AVnode(new JobOptions { LiveJobsMax = 1 });
        vnode.Create("a");
        Assert.Equal(ErrorCode.VNodeFull, vnode.Apply(vnode.CreateOf("b")).Code);
        Assert.True(vnode.Apply(vnode.UpsertOf("a")).IsOk);

        vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.True(vnode.Apply(vnode.CreateOf("b")).IsOk);
        Assert.Equal(ErrorCode.VNodeFull, vnode.Apply(vnode.UpsertOf("a")).Code);
    }

    [Fact]
    public void Rows_are_limited_and_the_finished_floor_makes_room()
    {
        var vnode = new AVnode(new JobOptions { RowsMax = 1 });
        vnode.Create("a");
        vnode.Ask(JobCommandKind.Cancel, "a");
        Assert.Equal(ErrorCode.VNodeFull, vnode.Apply(vnode.CreateOf("b")).Code);
        vnode.Now += 120_000;

        vnode.AdvanceFinishedFloor(vnode.Now, default);

        Assert.True(vnode.Apply(vnode.CreateOf("b")).IsOk);
    }

    [Fact]
    public void Bytes_are_limited()
    {
        var vnode = new AVnode(new JobOptions { BytesMax = 1_000 });
        vnode.Create("a");
        var bytes = vnode.Machine.RowBytes;

        Assert.Equal(ErrorCode.VNodeFull, vnode.Apply(vnode.CreateOf("b", meta: new string('x', 1_000))).Code);

        Assert.Equal(bytes, vnode.Machine.RowBytes);
        Assert.InRange(bytes, 20, 200);
    }

    [Fact]
    public void Claims_are_limited()
    {
        var vnode = new AVnode(new JobOptions { ClaimsMax = 1 });
        vnode.Create("a");
        vnode.Create("b");
        var claim = vnode.Claim("a");

        Assert.Equal(ErrorCode.Overloaded, vnode.Apply(vnode.ClaimOf("b")).Code);
        Assert.True(vnode.Apply(vnode.ClaimOf("a", supersedes: claim)).IsOk);
        vnode.Resolve("a", vnode.Last, OutcomeKind.Complete);
        Assert.True(vnode.Apply(vnode.ClaimOf("b")).IsOk);
    }

    [Fact]
    public void Routes_and_fences_are_limited()
    {
        var vnode = new AVnode(new JobOptions { RoutesMax = 1 });
        vnode.Create("a");

        Assert.Equal(ErrorCode.VNodeFull, vnode.Apply(vnode.CreateOf("b", route: AVnode.OtherRoute)).Code);
        Assert.True(Fence(vnode, AVnode.Route, 5).IsOk);
        Assert.Equal(ErrorCode.VNodeFull, Fence(vnode, AVnode.OtherRoute, 5).Code);
    }

    [Fact]
    public void A_fence_counts_the_routes_unfinished_jobs_and_refuses_writes_of_its_revision()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        vnode.Create("b");
        vnode.Claim("b");
        vnode.Apply(vnode.CreateOf("c", route: AVnode.OtherRoute));

        Assert.Equal(2, Fence(vnode, AVnode.Route, 5).UnfinishedCount);
        vnode.Restart();

        Assert.Equal(ErrorCode.RouteDeleted, vnode.Apply(vnode.CreateOf("d") with { RouteRevision = new(5) }).Code);
        Assert.Equal(ErrorCode.RouteDeleted, vnode.Apply(vnode.UpsertOf("a") with { RouteRevision = new(4) }).Code);
        Assert.True(vnode.Apply(vnode.CreateOf("d") with { RouteRevision = new(6) }).IsOk);
        Assert.True(vnode.Apply(vnode.CreateOf("e", route: AVnode.OtherRoute)).IsOk);
    }

    [Fact]
    public void A_fence_never_falls()
    {
        var vnode = new AVnode();
        Fence(vnode, AVnode.Route, 9);

        Fence(vnode, AVnode.Route, 5);

        Assert.Equal(ErrorCode.RouteDeleted, vnode.Apply(vnode.CreateOf("d") with { RouteRevision = new(9) }).Code);
    }

    [Fact]
    public void The_defaults_are_in_range_and_a_bad_setting_is_named()
    {
        Assert.Null(new JobOptions().Check());
        Assert.StartsWith("AttemptsKept", new JobOptions { AttemptsKept = 2_000 }.Check());
        Assert.StartsWith("RequestsNewerMin", new JobOptions { RequestsMax = 8, RequestsNewerMin = 8 }.Check());
    }

    private static JobAnswer Fence(AVnode vnode, RouteKey route, long revision) => vnode.Apply(new JobCommand
    {
        Kind = JobCommandKind.FenceRoute,
        Time = vnode.Now,
        Route = route,
        RouteRevision = new(revision),
        Flag = true,
    });
}
