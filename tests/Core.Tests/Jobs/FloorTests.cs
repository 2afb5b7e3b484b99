using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class FloorTests
{
    private readonly AVnode _vnode = new();

    [Fact]
    public void The_due_floor_moves_when_nothing_below_was_inserted()
    {
        _vnode.Create("a", delayMs: 100);

        Assert.True(_vnode.AdvanceDueFloor(_vnode.Now + 100, _vnode.Machine.Applied).IsOk);

        Assert.Equal(_vnode.Now + 100, _vnode.Machine.DueFloor);
        Assert.Equal(["a"], _vnode.Due());
    }

    [Fact]
    public void A_late_insert_below_makes_the_move_void()
    {
        var asOf = _vnode.Machine.Applied;
        _vnode.Create("a", delayMs: 99);
        _vnode.Create("b", delayMs: 500);

        Assert.False(_vnode.AdvanceDueFloor(_vnode.Now + 100, asOf).IsOk);
        Assert.True(_vnode.AdvanceDueFloor(_vnode.Now + 99, asOf).IsOk);
    }

    [Fact]
    public void A_late_insert_in_the_same_entry_counts()
    {
        var floor = new JobCommand
        {
            Kind = JobCommandKind.AdvanceDueFloor,
            Time = _vnode.Now,
            Floor = _vnode.Now + 9,
            AsOf = new LogIndex(0),
        };

        var answers = _vnode.ApplyAll(_vnode.CreateOf("a"), floor, floor with { AsOf = new LogIndex(1) });

        Assert.False(answers[1].IsOk || answers[2].IsOk);
    }

    [Fact]
    public void However_many_inserts_came_late_none_is_passed()
    {
        var asOf = _vnode.Machine.Applied;
        for (var i = 0; i < 200; i++)
        {
            _vnode.Create($"j{i}", delayMs: 1_000 + i);
        }

        Assert.False(_vnode.AdvanceDueFloor(_vnode.Now + 1_001, asOf).IsOk);
        Assert.False(_vnode.AdvanceDueFloor(_vnode.Now + 1_121, new LogIndex(120)).IsOk);
        Assert.True(_vnode.AdvanceDueFloor(_vnode.Now + 1_199, new LogIndex(199)).IsOk);
    }

    [Fact]
    public void An_insert_below_the_floor_lowers_it()
    {
        _vnode.AdvanceDueFloor(_vnode.Now + 100, _vnode.Machine.Applied);

        _vnode.Create("a", delayMs: 50);
        _vnode.Purge();

        Assert.Equal(_vnode.Now + 50, _vnode.Machine.DueFloor);
        Assert.Equal(["a"], _vnode.Due());
    }

    [Fact]
    public void The_due_floor_never_moves_back_by_command()
    {
        _vnode.AdvanceDueFloor(_vnode.Now, _vnode.Machine.Applied);

        Assert.False(_vnode.AdvanceDueFloor(_vnode.Now, _vnode.Machine.Applied).IsOk);
        Assert.Equal(_vnode.Now, _vnode.Machine.DueFloor);
    }

    [Fact]
    public void A_released_job_is_found_again_though_floor_and_merge_passed_it()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        Assert.True(_vnode.AdvanceDueFloor(_vnode.Now + 100, _vnode.Machine.Applied).IsOk);
        _vnode.Purge();
        _vnode.Create("b", delayMs: -50);

        _vnode.Resolve("a", claim, OutcomeKind.Release);
        _vnode.Purge();

        Assert.Equal(["b", "a"], _vnode.Due());
    }

    [Fact]
    public void A_release_after_the_scan_holds_the_floor()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        var asOf = _vnode.Machine.Applied;
        _vnode.Resolve("a", claim, OutcomeKind.Release);

        Assert.False(_vnode.AdvanceDueFloor(_vnode.Now + 100, asOf).IsOk);
    }

    [Fact]
    public void Finished_jobs_below_their_floor_are_absent_at_once_and_their_ids_free()
    {
        _vnode.Create("a");
        _vnode.Create("b");
        _vnode.Ask(JobCommandKind.Cancel, "a");
        _vnode.Resolve("b", _vnode.Claim("b"), OutcomeKind.Dead);
        _vnode.Now += 120_000;

        _vnode.AdvanceFinishedFloor(_vnode.Now, deadFloor: default);

        Assert.Null(_vnode.Get("a"));
        Assert.Equal(JobState.Dead, _vnode.StateOf("b"));
        Assert.Equal(1, _vnode.Machine.FinishedCount);
        Assert.True(_vnode.Apply(_vnode.CreateOf("a")).IsNew);
        _vnode.AdvanceFinishedFloor(default, deadFloor: _vnode.Now);
        Assert.Equal(ErrorCode.JobNotFound, _vnode.Ask(JobCommandKind.Redrive, "b").Code);
    }

    [Fact]
    public void A_merge_below_the_floors_changes_nothing_that_can_be_read()
    {
        foreach (var id in new[] { "a", "b", "c" })
        {
            _vnode.Create(id);
        }

        _vnode.Ask(JobCommandKind.Cancel, "a");
        _vnode.Claim("b");
        _vnode.Now += 120_000;
        _vnode.AdvanceFinishedFloor(_vnode.Now, _vnode.Now);
        var (hash, rows, bytes) = (_vnode.Machine.ContentHash, _vnode.Store.Count, _vnode.Machine.RowBytes);

        _vnode.Purge();

        Assert.Equal(rows - 1, _vnode.Store.Count);
        Assert.Equal((hash, bytes), (_vnode.Machine.RecomputeContentHash(), _vnode.Machine.RowBytes));
        _vnode.Restart();
        Assert.True(_vnode.Apply(_vnode.CreateOf("a")).IsNew);
    }

    [Fact]
    public void Finished_floors_stand_on_whole_minutes_not_above_log_time_and_never_fall()
    {
        _vnode.AdvanceFinishedFloor(_vnode.Now + 3_600_000, default);

        var floor = _vnode.Machine.FinishedFloor;
        Assert.Equal(0, floor.Value % 60_000);
        Assert.True(floor <= _vnode.Now);
        _vnode.AdvanceFinishedFloor(default, default);
        Assert.Equal(floor, _vnode.Machine.FinishedFloor);
    }

    [Fact]
    public void Refiled_jobs_are_found_under_their_route_only_and_survive_every_floor()
    {
        _vnode.Create("a");
        _vnode.Create("b", delayMs: 1);
        Assert.True(_vnode.OnVersion(JobCommandKind.Refile, "a", flag: true).IsOk);
        Assert.True(Assert.Single(_vnode.Effects).InBacklog);

        Assert.True(_vnode.AdvanceDueFloor(_vnode.Now + 1, _vnode.Machine.Applied).IsOk);
        _vnode.Purge();

        Assert.Equal(["b"], _vnode.Due());
        Assert.Equal(["a"], _vnode.Backlog(AVnode.Route));
        Assert.Equal([AVnode.Route], _vnode.Machine.RoutesWithBacklog);
        Assert.True(_vnode.OnVersion(JobCommandKind.Refile, "a", flag: false).IsOk);
        _vnode.Purge();
        Assert.Equal(["a", "b"], _vnode.Due());
        Assert.Empty(_vnode.Machine.RoutesWithBacklog);
    }

    [Fact]
    public void A_job_leaves_the_backlog_when_it_is_retried_cancelled_or_written()
    {
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            _vnode.Create(id);
            _vnode.OnVersion(JobCommandKind.Refile, id, flag: true);
        }

        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);
        _vnode.Ask(JobCommandKind.Cancel, "b");
        _vnode.Apply(_vnode.UpsertOf("c"));
        _vnode.Resolve("d", _vnode.Claim("d"), OutcomeKind.Release);

        Assert.Equal(["d"], _vnode.Backlog(AVnode.Route));
        Assert.Equal(["c", "a"], _vnode.Due());

        // No floor ever drops a backlog row, so none may stay behind.
        var rows = new List<StoredRow>();
        _vnode.Store.Scan([RowKeys.BacklogSpace], [RowKeys.BacklogSpace + 1], 10, rows);
        Assert.Single(rows);
    }

    [Fact]
    public void A_refile_that_changes_nothing_is_refused()
    {
        _vnode.Create("a");
        Assert.False(_vnode.OnVersion(JobCommandKind.Refile, "a", flag: false).IsOk);
        _vnode.Claim("a");

        Assert.False(_vnode.OnVersion(JobCommandKind.Refile, "a", flag: true).IsOk);
    }

    [Fact]
    public void Jobs_of_one_millisecond_are_all_found_in_steps()
    {
        for (var i = 0; i < 10; i++)
        {
            _vnode.Create($"j{i}");
        }

        Assert.Equal(10, _vnode.Due().Distinct().Count());
    }
}
