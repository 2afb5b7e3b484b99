using CsCheck;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.SystemGroup;
using static TimeMachine.Core.Tests.SystemGroup.SystemDesk;

namespace TimeMachine.Core.Tests.SystemGroup;

public sealed class SystemStateMachineTests
{
    [Fact]
    public void A_put_route_is_in_the_table_with_its_commands_number_as_revision()
    {
        var desk = new SystemDesk();

        var answer = desk.Apply(Put(ARoute()));

        Assert.True(answer is { IsOk: true, IsNew: true });
        Assert.True(desk.Machine.Routes.TryGet(Key, out var route));
        Assert.Equal(answer.Version, route.Revision);
        Assert.Equal(answer.Version, desk.Machine.Routes.Revision);
        Assert.True(route.HasSameContent(ARoute()));
    }

    [Fact]
    public void A_repeat_of_a_request_is_answered_and_changes_nothing_even_after_the_route_is_gone()
    {
        var desk = new SystemDesk();
        var first = desk.Apply(Put(ARoute(), request: 1));
        var mark = desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting, request: 2));
        var finished = desk.Apply(OnRoute(SystemCommandKind.FinishRouteDelete, mark.Version, request: 2));
        desk.Restart();

        Assert.Equal(first, desk.Apply(Put(ARoute(), request: 1)));
        Assert.Equal(finished, desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting, request: 2)));
        Assert.False(desk.IsThere());
    }

    [Fact]
    public void The_key_of_one_request_with_the_content_of_another_is_refused_and_changes_nothing()
    {
        var desk = new SystemDesk();
        var put = Put(ARoute(), request: 1) with { RequestId = RequestId.Of(key: 7, content: 1) };
        var first = desk.Apply(put);
        desk.Restart();

        var other = put with { Route = ARoute() with { TimeoutMs = 5 }, RequestId = RequestId.Of(key: 7, content: 2) };

        Assert.Equal(ErrorCode.KeyReused, desk.Apply(other).Code);
        Assert.Equal(first.Version, desk.Machine.Routes.Revision);
        Assert.Equal(first, desk.Apply(put));
    }

    [Fact]
    public void A_request_id_is_forgotten_only_when_old_and_enough_newer_ones_exist()
    {
        var desk = new SystemDesk(new SystemOptions { RequestsNewerMin = 2, RequestAgeMs = 100 });
        var first = desk.Apply(Put(ARoute(), request: 1) with { Time = new UnixMs(0) });
        desk.Apply(Put(ARoute("b"), request: 2) with { Time = new UnixMs(50) });
        desk.Apply(Put(ARoute("c"), request: 3) with { Time = new UnixMs(100) });
        Assert.Equal(first, desk.Apply(Put(ARoute(), request: 1) with { Time = new UnixMs(100) }));

        desk.Apply(Put(ARoute("d"), request: 4) with { Time = new UnixMs(101) });

        Assert.False(desk.Apply(Put(ARoute(), request: 1)).IsNew);
        Assert.NotEqual(first.Version, desk.Machine.Routes.Revision);
    }

    [Fact]
    public void A_route_keeps_when_it_was_created_until_it_is_deleted()
    {
        var desk = new SystemDesk();
        var first = desk.Apply(Put(ARoute(), request: 1));
        desk.Apply(Put(ARoute() with { TimeoutMs = 5 }, request: 2));
        Assert.Equal(first.Version, CreatedOf(desk));
        var mark = desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting, request: 3));
        Assert.Equal(first.Version, CreatedOf(desk));

        desk.Apply(OnRoute(SystemCommandKind.FinishRouteDelete, mark.Version, request: 3));
        var second = desk.Apply(Put(ARoute(), request: 4));

        Assert.Equal(second.Version, CreatedOf(desk));
    }

    private static CommandNumber CreatedOf(SystemDesk desk) =>
        desk.Machine.Routes.TryGet(Key, out var route) ? route.Created : default;

    [Fact]
    public void If_match_guards_a_put()
    {
        var desk = new SystemDesk();
        var first = desk.Apply(Put(ARoute()) with { IfMatch = new CommandNumber(-1) });
        var changed = ARoute() with { TimeoutMs = 5 };

        var isThere = desk.Apply(Put(changed) with { IfMatch = new CommandNumber(-1) });
        var isOld = desk.Apply(Put(changed) with { IfMatch = new CommandNumber(1) });
        var same = desk.Apply(Put(ARoute()) with { IfMatch = new CommandNumber(-1) });
        var right = desk.Apply(Put(changed) with { IfMatch = first.Version });

        Assert.Equal(ErrorCode.VersionMismatch, isThere.Code);
        Assert.Equal(ErrorCode.VersionMismatch, isOld.Code);
        Assert.Equal((true, first.Version), (same.IsOk, same.Version));
        Assert.True(right is { IsOk: true, IsNew: false });
    }

    [Fact]
    public void Pause_and_resume_make_a_new_revision_only_if_they_change_something()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute()));

        var paused = desk.Apply(OnRoute(SystemCommandKind.PauseRoute));
        var again = desk.Apply(OnRoute(SystemCommandKind.PauseRoute));
        var resumed = desk.Apply(OnRoute(SystemCommandKind.ResumeRoute));

        Assert.Equal(paused.Version, again.Version);
        Assert.True(resumed.Version > paused.Version);
        Assert.Equal(ErrorCode.RouteNotFound, new SystemDesk().Apply(OnRoute(SystemCommandKind.PauseRoute)).Code);
    }

    [Fact]
    public void A_route_under_deletion_takes_no_change_and_an_undo_gives_it_a_new_revision()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute()));
        var mark = desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting));

        Assert.Equal(ErrorCode.RouteDeleted, desk.Apply(Put(ARoute())).Code);
        Assert.Equal(ErrorCode.RouteDeleted, desk.Apply(OnRoute(SystemCommandKind.PauseRoute)).Code);
        var undo = OnRoute(SystemCommandKind.UndoRouteDelete, mark.Version) with { UnfinishedCount = 3 };
        var undone = desk.Apply(undo);

        Assert.Equal((ErrorCode.RouteInUse, 3L), (undone.Code, undone.UnfinishedCount));
        Assert.True(desk.Machine.Routes.TryGet(Key, out var route));
        Assert.True(!route.IsDeleting && route.Revision > mark.Version);
    }

    [Fact]
    public void Only_the_present_mark_can_be_finished()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute()));
        var first = desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting));
        var second = desk.Apply(OnRoute(SystemCommandKind.MarkRouteDeleting));

        Assert.Equal(
            ErrorCode.RouteInUse, desk.Apply(OnRoute(SystemCommandKind.FinishRouteDelete, first.Version)).Code);
        Assert.True(desk.IsThere());
        Assert.True(desk.Apply(OnRoute(SystemCommandKind.FinishRouteDelete, second.Version)).IsOk);
        Assert.False(desk.IsThere());
    }

    [Fact]
    public void A_new_incarnation_of_a_known_name_is_admitted_only_after_ten_silent_seconds()
    {
        var desk = new SystemDesk();
        desk.Apply(Admit("a", incarnation: 1));

        Assert.Equal(ErrorCode.IncarnationActive, desk.Apply(Admit("a", 2, silentMs: 9_999)).Code);
        Assert.True(desk.Machine.Nodes.IsAdmitted(new NodeId(1), 1));
        Assert.True(desk.Apply(Admit("a", 2, silentMs: 10_000)).IsNew);

        Assert.True(desk.Machine.Nodes.IsAdmitted(new NodeId(1), 2));
        Assert.False(desk.Machine.Nodes.IsAdmitted(new NodeId(1), 1));
    }

    [Fact]
    public void Nodes_have_distinct_ids_and_a_retired_one_takes_no_part()
    {
        var desk = new SystemDesk();
        desk.Apply(Admit("a", 1, node: 7));
        desk.Apply(Admit("b", 1));

        Assert.True(desk.Machine.Nodes.TryGet("b", out var second));
        Assert.Equal(new NodeId(8), second.Node);
        Assert.Equal(ErrorCode.InvalidRequest, desk.Apply(Admit("c", 1, node: 7)).Code);
        Assert.Equal(ErrorCode.InvalidRequest, desk.Apply(Admit("a", 1, node: 9)).Code);
        desk.Apply(new SystemCommand { Kind = SystemCommandKind.RetireNode, Name = "a" });
        Assert.False(desk.Machine.Nodes.IsAdmitted(new NodeId(7), 1));
    }

    [Fact]
    public void A_raise_beyond_the_limit_is_void()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute()));
        desk.Apply(Grant(1, slots: 3, rate: 30));

        desk.Apply(Grant(2, slots: 3, rate: 10));
        desk.Apply(Grant(3, slots: 2, rate: 20));

        Assert.Equal(
            [(1, 3, 30), (2, 0, 10), (3, 2, 0)],
            desk.Machine.Leases.Of(Key).Select(record => (record.Node.Value, record.Slots, record.Rate)));
    }

    [Fact]
    public void A_holder_is_waited_for_by_the_longest_timeout_of_its_time()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute() with { TimeoutMs = 100 }));
        desk.Apply(Grant(1, slots: 3, rate: 30));
        desk.Apply(Put(ARoute() with { TimeoutMs = 40_000 }));
        desk.Apply(Put(ARoute() with { TimeoutMs = 200 }));

        Assert.Equal(40_000, desk.Machine.Leases.Of(Key).Single().TimeoutMs);
    }

    [Fact]
    public void Replicas_with_and_without_restarts_and_of_other_histories_agree_in_hash_and_content()
    {
        Gen.ULong.Sample(Compare, iter: 60, seed: "0000000000000", threads: 1);
    }

    private static void Compare(ulong seed)
    {
        var draws = new SplitMix64(seed);
        var steady = new SystemDesk(new SystemOptions { RequestsNewerMin = 3, RequestAgeMs = 50 });
        var restarted = new SystemDesk(steady.Options);
        for (var i = 0; i < 60; i++)
        {
            var command = Draw(ref draws, steady.Machine.Routes.Revision, i);
            Assert.Equal(steady.Apply(command), restarted.Apply(command));
            if (draws.Chance(1, 5))
            {
                restarted.Restart();
            }

            Assert.Equal(steady.Machine.ContentHash, restarted.Machine.ContentHash);
            Assert.Equal(steady.Machine.Leases.Of(Key), restarted.Machine.Leases.Of(Key));
            Assert.Equal(steady.Machine.Nodes.List(), restarted.Machine.Nodes.List());
            Assert.Equal(steady.Machine.Routes.Revision, restarted.Machine.Routes.Revision);
        }
    }

    private static SystemCommand Draw(ref SplitMix64 draws, CommandNumber revision, int step)
    {
        var kind = (SystemCommandKind)draws.Between(1, 9);
        var command = new SystemCommand
        {
            Kind = kind,
            RequestId = new RequestId((UInt128)draws.Below(30)),
            Time = new UnixMs(step * draws.Between(1, 20)),
            Route = ARoute() with { TimeoutMs = (int)draws.Between(1, 3) },
            Key = Key,
            IfMatch = draws.Chance(1, 2) ? revision : null,
            Name = draws.Chance(1, 2) ? "a" : "b",
            Incarnation = (ulong)draws.Below(3),
            SilentMs = draws.Below(20_000),
            Grant = step,
            Leases = [new LeaseChange(Key, new NodeId((int)draws.Between(1, 3)), 1, (int)draws.Below(6), 0)],
        };
        return command;
    }

    private static SystemCommand Grant(int node, int slots, int rate) => new()
    {
        Kind = SystemCommandKind.GrantLeases,
        Grant = node,
        Leases = [new LeaseChange(Key, new NodeId(node), 1, slots, rate)],
    };

    [Fact]
    public void After_a_limit_was_lowered_a_change_that_lowers_it_and_raises_the_other_takes_effect()
    {
        var desk = new SystemDesk();
        desk.Apply(Put(ARoute() with { Concurrency = 5, RatePerSecond = 30 }));
        desk.Apply(Grant(1, slots: 0, rate: 14));
        desk.Apply(Grant(2, slots: 0, rate: 14));
        desk.Apply(Put(ARoute() with { Concurrency = 5, RatePerSecond = 19 }));

        desk.Apply(Grant(1, slots: 2, rate: 6));
        desk.Apply(Grant(2, slots: 4, rate: 7));

        Assert.Equal([(2, 6), (0, 7)], desk.Machine.Leases.Of(Key).Select(record => (record.Slots, record.Rate)));
    }

    [Fact]
    public void An_entry_out_of_order_or_malformed_stops_the_replica()
    {
        var desk = new SystemDesk();
        var output = new ApplyOutput();

        Assert.Throws<InvariantViolationException>(() => desk.Machine.Apply(
            new LogIndex(2), new Term(1), EntryKind.Empty, default, output));
        Assert.Throws<InvariantViolationException>(() => desk.Machine.Apply(
            new LogIndex(1), new Term(1), EntryKind.Commands, new byte[] { 1, 1, 77 }, output));
    }
}
