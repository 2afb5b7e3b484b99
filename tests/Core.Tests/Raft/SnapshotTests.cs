using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class SnapshotTests
{
    [Fact]
    public void A_peer_whose_next_entry_is_compacted_gets_an_image_and_then_entries()
    {
        var group = Compacted(out var leader);

        group.Restart(3);
        group.Beat(1);
        group.Beat(1);
        group.Propose(1, "last");
        group.Settle();
        group.Beat(1);

        Assert.Equal(new LogIndex(11), group[3].Core.Log.SnapshotIndex);
        Assert.Equal(leader.Applied, group[3].Applied);
        Assert.Equal("last", group[3].Applied[^1]);
    }

    [Fact]
    public void No_appends_go_to_a_peer_while_its_image_is_on_its_way()
    {
        var group = Compacted(out var leader);
        group.AnswersReads = false;
        group.Restart(3);
        group.Beat(1);
        group.Beat(1);

        group.Propose(1, "x");
        group.Beat(1);
        group[1].Work();

        Assert.Single(leader.SnapshotNeeds);
        Assert.Equal(new LogIndex(0), group[3].Core.Log.LastIndex);
    }

    [Fact]
    public void A_failed_transfer_is_asked_for_again_only_when_the_peer_is_heard()
    {
        var group = Compacted(out var leader);
        group.AnswersReads = false;
        group.Restart(3);
        group.Beat(1);
        group.Beat(1);
        leader.SnapshotNeeds.Clear();

        leader.Core.OnSnapshotSendFinished(TestGroup.Id(3), default, delivered: false);
        group.Settle();
        var atOnce = leader.SnapshotNeeds.Count;
        group.Beat(1);

        Assert.Equal(0, atOnce);
        Assert.Single(leader.SnapshotNeeds);
    }

    [Fact]
    public void A_log_that_reaches_the_images_point_is_kept_and_says_so()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1, 1, 1]), group.Now);
        group[1].Work();
        group[1].Outbox.Clear();

        group[1].Core.Step(Offer(index: 3, term: 1), group.Now);
        group[1].Work();

        Assert.Equal(new LogIndex(4), group[1].Core.Log.LastIndex);
        Assert.Equal(new LogIndex(3), group[1].Core.CommitIndex);
        Assert.Equal(new LogIndex(3), Assert.Single(group[1].Outbox).Index);
        Assert.False(group[1].Core.MustRestartLog(new LogIndex(3), new Term(1)));
    }

    [Fact]
    public void An_installed_image_replaces_a_log_that_differs()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1, 1, 1).Start();
        group[1].Core.Step(Offer(index: 3, term: 2), group.Now);
        Assert.True(group[1].Core.MustRestartLog(new LogIndex(3), new Term(2)));
        group[1].Disk.Restart(new LogIndex(3), new Term(2), group[1].Core.Configuration);

        group[1].Core.OnSnapshotInstalled(new LogIndex(3), new Term(2), group[1].Core.Configuration);
        group[1].OnImage(new LogIndex(3));
        group[1].Work();

        var core = group[1].Core;
        Assert.Equal((new LogIndex(3), new LogIndex(3)), (core.Log.LastIndex, core.Log.SnapshotIndex));
        Assert.Equal((new LogIndex(3), new LogIndex(3)), (core.CommitIndex, core.AppliedIndex));
        Assert.Equal(new LogIndex(3), Assert.Single(group[1].Outbox).Index);
        core.Step(Say.Append(2, 1, 5, (3, 2), [5]), group.Now);
        Assert.Equal("5", core.Log.Terms());
    }

    [Fact]
    public void An_image_never_drops_entries_that_were_acknowledged_behind_it()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Offer(index: 2, term: 1), group.Now);
        group[1].Core.Step(Say.Append(2, 1, 5, (0, 0), [1, 1, 5, 5]), group.Now);
        group[1].Work();

        var mustRestart = group[1].Core.MustRestartLog(new LogIndex(2), new Term(1));
        group[1].Core.OnSnapshotInstalled(new LogIndex(2), new Term(1), group[1].Core.Configuration);

        Assert.False(mustRestart);
        Assert.Equal("1 1 5 5", group[1].Core.Log.Terms());
        Assert.Equal(new LogIndex(2), group[1].Core.AppliedIndex);
        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
    }

    [Fact]
    public void An_image_that_arrives_late_changes_nothing()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group.Settle();

        group[1].Core.OnSnapshotInstalled(new LogIndex(1), new Term(1), Configuration.Empty);

        Assert.Equal(new LogIndex(2), group[1].Core.Log.LastIndex);
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
    }

    [Fact]
    public void Compaction_stops_at_what_is_applied_and_synced()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group[1].IsApplyHeld = true;
        group.Propose(1, "x");
        group.Settle();

        group[1].Core.CompactThrough(new LogIndex(2));

        Assert.Equal(new LogIndex(1), group[1].Core.Log.SnapshotIndex);
    }

    [Fact]
    public void A_compacted_log_still_knows_its_configuration_and_last_term()
    {
        var group = Compacted(out var leader);

        Assert.Equal(leader.Core.Log.LastIndex, leader.Core.Log.SnapshotIndex);
        Assert.Equal(new Term(1), leader.Core.Log.LastTerm);
        Assert.Equal(3, leader.Core.Configuration.VoterCount);
        Assert.Equal(ProposeStatus.Accepted, group.Propose(1, "x"));
    }

    private static RaftMessage Offer(int index, int term) =>
        Say.Message(RaftMessageKind.InstallSnapshot, 2, 1, 5) with
        {
            Index = new LogIndex(index),
            LogTerm = new Term(term),
        };

    /// <summary>Replica 3 is down, and the leader's log begins behind everything.</summary>
    private static TestGroup Compacted(out TestReplica leader)
    {
        var group = new TestGroup(3).Start();
        leader = group.Elect(1);
        group.Crash(3);
        group[3].Disk.Entries.Clear();
        for (var i = 0; i < 10; i++)
        {
            group.Propose(1, $"{i}");
            group.Settle();
        }

        leader.Core.CompactThrough(leader.Core.AppliedIndex);
        Assert.Equal(new LogIndex(11), leader.Core.Log.SnapshotIndex);
        return group;
    }
}
