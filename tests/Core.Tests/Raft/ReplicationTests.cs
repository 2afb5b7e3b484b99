using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>Appends that are lost, doubled or reordered; the window; lagging peers.</summary>
public sealed class ReplicationTests
{
    [Fact]
    public void An_old_append_never_truncates_what_matches()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1, 1, 1, 1]), group.Now);

        group[1].Core.Step(Say.Append(2, 1, 1, (1, 1), [1, 1]), group.Now);
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), []), group.Now);
        group[1].Work();

        Assert.Equal("1 1 1 1 1", group[1].Core.Log.Terms());
        Assert.Equal(new LogIndex(5), group[1].Core.PersistedIndex);
    }

    [Fact]
    public void A_commit_index_reaches_only_as_far_as_the_message_covers()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1, 1).Start();

        group[1].Core.Step(Say.Append(2, 1, 2, (1, 1), [1], commit: 3), group.Now);

        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
    }

    [Fact]
    public void A_message_that_would_undo_what_is_committed_stops_the_replica()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1], commit: 2), group.Now);

        void Undo() => group[1].Core.Step(Say.Append(3, 1, 2, (0, 0), [2]), group.Now);

        Assert.Throws<InvariantViolationException>(Undo);
        Assert.Equal("1 1", group[1].Core.Log.Terms());
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void Entries_whose_terms_cannot_be_are_ignored_whole(int first, int second)
    {
        var group = new TestGroup(3).WithLog(1, 1, 1).Start();

        group[1].Core.Step(Say.Append(2, 1, 2, (1, 1), [first, second]), group.Now);
        group[1].Work();

        Assert.Equal("1 1", group[1].Core.Log.Terms());
        Assert.Empty(group[1].Outbox);
    }

    [Fact]
    public void Lost_appends_are_found_by_the_next_heartbeats()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.AppendEntries;
        group.Propose(1, "a");
        group.Propose(1, "b");
        group.Settle();
        group.Drop = _ => false;

        group.Beat(1);
        group.Beat(1);

        Assert.Equal(["a", "b"], group[1].Applied);
        Assert.Equal(group[1].Core.Log.Terms(), group[2].Core.Log.Terms());
    }

    [Fact]
    public void Lost_acknowledgements_are_made_good_by_the_next_heartbeats()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.AppendResponse;
        group.Propose(1, "a");
        group.Settle();
        group.Drop = _ => false;

        group.Beat(1);
        group.Beat(1);

        Assert.Equal(["a"], group[1].Applied);
    }

    [Fact]
    public void A_moving_peer_is_not_probed_by_heartbeats()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "a");
        group.Settle();
        group.Propose(1, "b");
        group[1].Work();
        group[1].Outbox.Clear();

        group[1].Core.Heartbeat(group.Now);
        group[1].Core.Step(Say.Message(RaftMessageKind.HeartbeatResponse, 2, 1, 1), group.Now);
        group[1].Work();

        Assert.DoesNotContain(group[1].Outbox, message => message.Kind == RaftMessageKind.AppendEntries);
    }

    [Fact]
    public void Appends_follow_each_other_without_waiting_for_answers()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        for (var i = 0; i < 5; i++)
        {
            group.Propose(1, "x");
            group[1].Work();
        }

        var first = group[1].Outbox.FindAll(message => message.To == TestGroup.Id(2));
        Assert.Equal([2, 3, 4, 5, 6], first.ConvertAll(message => message.EntriesFirst.Value));
    }

    [Fact]
    public void Proposals_of_one_turn_go_in_one_message()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        for (var i = 0; i < 5; i++)
        {
            group.Propose(1, "x");
        }

        group[1].Work();

        Assert.Equal(5, Assert.Single(group[1].Outbox, message => message.To == TestGroup.Id(2)).EntryCount);
    }

    [Theory]
    [InlineData(3, 1 << 20)]
    [InlineData(1_000, 3_000)]
    public void The_window_holds_messages_and_bytes_back_until_they_are_acknowledged(int messages, int bytes)
    {
        var options = new RaftOptions { WindowMessagesMax = messages, WindowBytesMax = bytes };
        var group = new TestGroup(3, options: options).Start();
        group.Elect(1);
        var payload = new string('x', 985);
        for (var i = 0; i < 10; i++)
        {
            group.Propose(1, payload);
            group[1].Work();
        }

        var whileFull = group[1].Outbox.FindAll(message => message.To == TestGroup.Id(2)).Count;
        group[1].Outbox.Clear();
        group[1].Core.Step(Say.Accept(2, 1, 1, match: 3), group.Now);
        group[1].Work();
        var freed = group[1].Outbox.FindAll(message => message.To == TestGroup.Id(2));

        Assert.Equal(3, whileFull);
        Assert.Equal(new LogIndex(5), freed[0].EntriesFirst);
    }

    [Fact]
    public void A_full_window_lets_one_message_through_for_a_heartbeat_answer()
    {
        var group = new TestGroup(3, options: new RaftOptions { WindowMessagesMax = 2 }).Start();
        group.Elect(1);
        for (var i = 0; i < 5; i++)
        {
            group.Propose(1, "x");
            group[1].Work();
        }

        group[1].Outbox.Clear();
        group[1].Core.Step(Say.Message(RaftMessageKind.HeartbeatResponse, 2, 1, 1), group.Now);
        group[1].Core.Step(Say.Message(RaftMessageKind.HeartbeatResponse, 2, 1, 1), group.Now);
        group[1].Work();

        var message = Assert.Single(group[1].Outbox, message => message.To == TestGroup.Id(2));
        Assert.Equal(new LogIndex(4), message.EntriesFirst);
    }

    [Fact]
    public void A_message_stays_within_its_size_unless_one_entry_is_larger()
    {
        var options = new RaftOptions { AppendBytesMax = 2_048 };
        var group = new TestGroup(3, options: options).Start();
        group.Elect(1);
        group.Propose(1, new string('a', 900));
        group.Propose(1, new string('b', 900));
        group.Propose(1, new string('c', 900));
        group.Propose(1, new string('d', 9_000));

        group[1].Work();

        var sent = group[1].Outbox.FindAll(message => message.To == TestGroup.Id(2));
        Assert.Equal([2, 1, 1], sent.ConvertAll(message => message.EntryCount));
    }

    [Fact]
    public void Too_much_uncommitted_is_refused_and_a_single_large_entry_is_not()
    {
        var group = new TestGroup(3, options: new RaftOptions { UncommittedBytesMax = 65_536 }).Start();
        group.Elect(1);

        var large = group.Propose(1, new string('x', 100_000));
        var next = group.Propose(1, "y");
        group.Settle();
        var after = group.Propose(1, "y");

        Assert.Equal((ProposeStatus.Accepted, ProposeStatus.Overloaded, ProposeStatus.Accepted), (large, next, after));
    }

    [Fact]
    public void An_uncommitted_tail_of_an_earlier_term_counts_for_a_new_leader()
    {
        var group = new TestGroup(3, options: new RaftOptions { UncommittedBytesMax = 65_536 }).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.AppendResponse;
        group.Propose(1, new string('x', 60_000));
        group.Settle();
        group.Crash(1);
        group.Advance(1_500);
        var leader = (int)group.Leader()!.Id.Value;

        var status = group.Propose(leader, new string('y', 10_000));

        Assert.Equal(ProposeStatus.Overloaded, status);
    }

    [Fact]
    public void Apply_lag_of_one_follower_shrinks_only_its_window()
    {
        var group = new TestGroup(3, options: new RaftOptions { ApplyLagEntriesMax = 10 }).Start();
        group.Elect(1);
        group[3].IsApplyHeld = true;
        for (var i = 0; i < 30; i++)
        {
            group.Propose(1, "x");
            group.Settle();
            group.Beat(1);
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(ProposeStatus.Accepted, group.Propose(1, "y"));
            group[1].Work();
        }

        Assert.Equal(5, group[1].Outbox.FindAll(message => message.To == TestGroup.Id(2)).Count);
        Assert.Single(group[1].Outbox, message => message.To == TestGroup.Id(3));
    }

    [Fact]
    public void Proposals_are_refused_while_a_majority_lags_in_applying()
    {
        var group = new TestGroup(3, options: new RaftOptions { ApplyLagEntriesMax = 10 }).Start();
        group.Elect(1);
        group[2].IsApplyHeld = true;
        group[3].IsApplyHeld = true;
        var status = ProposeStatus.Accepted;
        for (var i = 0; i < 30 && status == ProposeStatus.Accepted; i++)
        {
            status = group.Propose(1, "x");
            group.Settle();
            group.Beat(1);
        }

        group[2].IsApplyHeld = false;
        group.Beat(1);
        group[2].ApplyAll();
        group.Beat(1);

        Assert.Equal(ProposeStatus.Overloaded, status);
        Assert.Equal(ProposeStatus.Accepted, group.Propose(1, "y"));
    }

    [Fact]
    public void A_peer_far_behind_is_fed_from_disk()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Crash(3);
        for (var i = 0; i < 20; i++)
        {
            group.Propose(1, $"{i}");
            group.Settle();
        }

        group[1].Core.Log.EvictThrough(group[1].Core.AppliedIndex);
        group.Restart(3);
        group.Beat(1);
        group.Beat(1);
        group.Beat(1);

        Assert.Equal(20, group[3].Applied.Count);
    }

    [Fact]
    public void Entries_that_disk_cannot_give_are_replaced_by_an_image()
    {
        var group = new TestGroup(3) { AnswersReads = false }.Start();
        group.Elect(1);
        group.Crash(3);
        group.Propose(1, "a");
        group.Settle();
        group[1].Core.Log.EvictThrough(group[1].Core.AppliedIndex);
        group.Restart(3);
        group.Beat(1);
        group.Beat(1);
        var read = group[1].EntryReads[^1];

        group[1].Core.OnEntriesRead(read.Peer, read.First, []);
        group[1].Work();

        Assert.Equal(TestGroup.Id(3), Assert.Single(group[1].SnapshotNeeds).Peer);
    }

    [Fact]
    public void Entries_read_for_a_moved_on_leader_are_dropped()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        group[1].Core.OnEntriesRead(TestGroup.Id(2), new LogIndex(1), []);
        group[2].Core.OnEntriesRead(TestGroup.Id(1), new LogIndex(1), []);
        group.Settle();

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Empty(group[1].SnapshotNeeds);
    }

    [Fact]
    public void A_refusal_is_found_in_few_round_trips_however_long_the_logs_differ()
    {
        var leaderLog = Enumerable.Repeat(1, 100).Concat(Enumerable.Repeat(5, 100)).ToArray();
        var ownTerms = Enumerable.Range(0, 200).Select(i => 2 + (i / 100));
        var followerLog = Enumerable.Repeat(1, 90).Concat(ownTerms).ToArray();
        var group = new TestGroup(3).WithLog(1, leaderLog).WithLog(3, leaderLog).WithLog(2, followerLog).Start();
        var refusals = 0;
        group.Delivered = message =>
            refusals += message.Kind == RaftMessageKind.AppendResponse && message.IsRejected ? 1 : 0;

        group.Elect(1);

        Assert.Equal(group[1].Core.Log.Terms(), group[2].Core.Log.Terms());
        Assert.InRange(refusals, 1, 4);
    }

    [Fact]
    public void Answers_beyond_the_log_and_of_strangers_are_ignored()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(1);
        group.Propose(1, "x");

        group[1].Core.Step(Say.Accept(2, 1, 1, match: 99), group.Now);
        group[1].Core.Step(Say.Accept(9, 1, 1, match: 2), group.Now);
        group[1].Work();

        Assert.Equal(new LogIndex(1), group[1].Core.CommitIndex);
    }

    [Fact]
    public void A_late_answer_never_lowers_what_is_known_of_a_peer()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group.Settle();

        group[1].Core.Step(Say.Accept(2, 1, 1, match: 1), group.Now);
        group[1].Core.Step(Say.Accept(2, 1, 1, match: 0) with { IsRejected = true }, group.Now);

        Assert.True(group[1].Core.TryGetProgress(TestGroup.Id(2), out var match, out _));
        Assert.Equal(new LogIndex(2), match);
    }

    [Fact]
    public void Several_appends_of_one_turn_are_acknowledged_once()
    {
        var group = new TestGroup(3).Start();

        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1]), group.Now);
        group[1].Core.Step(Say.Append(2, 1, 1, (1, 1), [1]), group.Now);
        group[1].Core.Step(Say.Append(2, 1, 1, (2, 1), [1]), group.Now);
        group[1].Work();

        Assert.Equal(new LogIndex(3), Assert.Single(group[1].Outbox).Index);
    }
}
