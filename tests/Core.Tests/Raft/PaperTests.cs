using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>The extended Raft paper, section by section.</summary>
public sealed partial class PaperTests
{
    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void Section_5_1_a_newer_term_makes_anyone_a_follower_of_it(RaftRole role)
    {
        var group = new TestGroup(3).Start();
        BringTo(group, role);

        group[1].Core.Step(Say.Append(2, 1, 9, (0, 0), []), group.Now);

        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
        Assert.Equal(new Term(9), group[1].Core.Term);
        Assert.Equal(TestGroup.Id(2), group[1].Core.Leader);
    }

    [Fact]
    public void Section_5_1_a_request_of_an_older_term_changes_nothing()
    {
        var group = new TestGroup(3).WithTerm(1, 5).Start();

        group[1].Core.Step(Say.Append(2, 1, 4, (0, 0), [4]), group.Now);

        Assert.Equal(new LogIndex(0), group[1].Core.Log.LastIndex);
        Assert.Equal(ReplicaId.None, group[1].Core.Leader);
        Assert.Equal(new Term(5), group[1].Core.Term);
    }

    [Fact]
    public void Section_5_2_a_replica_starts_as_a_follower()
    {
        var group = new TestGroup(3).Start();

        Assert.All(group.All, replica => Assert.Equal(RaftRole.Follower, replica.Core.Role));
    }

    [Fact]
    public void Section_5_2_a_follower_that_hears_nothing_campaigns()
    {
        var group = new TestGroup(3).Start();

        group[1].Core.Tick(group[1].Core.NextDeadline);

        Assert.Equal(RaftRole.PreCandidate, group[1].Core.Role);
    }

    [Fact]
    public void Section_5_2_a_candidate_votes_for_itself_in_a_new_term_and_asks_all_others()
    {
        var group = new TestGroup(3).WithTerm(1, 4).Start();
        group[1].Core.Campaign(group.Now);
        group[1].Core.Step(
            Say.Message(RaftMessageKind.PreVoteResponse, 2, 1, 5), group.Now);

        group[1].Work();

        Assert.Equal(RaftRole.Candidate, group[1].Core.Role);
        Assert.Equal(new HardState(new Term(5), TestGroup.Id(1), default), group[1].Disk.HardState);
        var asked = group[1].Outbox.FindAll(message => message.Kind == RaftMessageKind.RequestVote);
        Assert.Equal([TestGroup.Id(2), TestGroup.Id(3)], asked.ConvertAll(message => message.To));
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(2, 1, true)]
    [InlineData(3, 1, true)]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(5, 1, false)]
    [InlineData(5, 2, true)]
    [InlineData(7, 2, false)]
    [InlineData(7, 3, true)]
    public void Section_5_2_a_majority_of_votes_makes_a_leader(int voters, int grants, bool isLeader)
    {
        var group = new TestGroup(voters).Start();
        group[1].Core.Campaign(group.Now);
        for (var from = 2; from <= (voters / 2) + 1; from++)
        {
            group[1].Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, from, 1, 1), group.Now);
        }

        group[1].Work();
        for (var from = 2; from < 2 + grants; from++)
        {
            group[1].Core.Step(Say.Vote(from, 1, 1), group.Now);
        }

        Assert.Equal(isLeader ? RaftRole.Leader : RaftRole.Candidate, group[1].Core.Role);
    }

    [Fact]
    public void Section_5_2_a_repeated_vote_counts_once()
    {
        var group = new TestGroup(5).Start();
        BringTo(group, RaftRole.Candidate);

        group[1].Core.Step(Say.Vote(2, 1, 1), group.Now);
        group[1].Core.Step(Say.Vote(2, 1, 1), group.Now);

        Assert.Equal(RaftRole.Candidate, group[1].Core.Role);
    }

    [Fact]
    public void Section_5_2_a_vote_of_a_stranger_or_a_learner_does_not_count()
    {
        var group = new TestGroup(3, learners: 1).Start();
        BringTo(group, RaftRole.Candidate);

        group[1].Core.Step(Say.Vote(4, 1, 1), group.Now);
        group[1].Core.Step(Say.Vote(9, 1, 1), group.Now);

        Assert.Equal(RaftRole.Candidate, group[1].Core.Role);
    }

    [Fact]
    public void Section_5_2_a_follower_votes_once_a_term_first_come_first_served()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.RequestVote(2, 1, 1), group.Now);
        group[1].Core.Step(Say.RequestVote(3, 1, 1), group.Now);
        group[1].Core.Step(Say.RequestVote(2, 1, 1), group.Now);

        group[1].Work();

        var answers = group[1].Outbox.ConvertAll(message => (message.To, message.IsRejected));
        Assert.Equal(2, answers.FindAll(answer => answer == (TestGroup.Id(2), false)).Count);
        Assert.Contains((TestGroup.Id(3), true), answers);
        Assert.DoesNotContain((TestGroup.Id(3), false), answers);
    }

    [Fact]
    public void Section_5_2_a_vote_leaves_only_after_it_is_synced()
    {
        var group = new TestGroup(3).Start();
        group[1].IsDiskHeld = true;
        group[1].Core.Step(Say.RequestVote(2, 1, 1), group.Now);

        group[1].Work();
        var before = group[1].Outbox.Count;
        group[1].IsDiskHeld = false;
        group[1].Work();

        Assert.Equal(0, before);
        Assert.Equal(TestGroup.Id(2), group[1].Disk.HardState.Vote);
        Assert.Equal(RaftMessageKind.VoteResponse, Assert.Single(group[1].Outbox).Kind);
    }

    [Fact]
    public void Section_5_2_a_candidate_follows_a_leader_of_its_term()
    {
        var group = new TestGroup(3).Start();
        BringTo(group, RaftRole.Candidate);

        group[1].Core.Step(Say.Heartbeat(2, 1, 1), group.Now);

        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
        Assert.Equal(TestGroup.Id(2), group[1].Core.Leader);
    }

    [Fact]
    public void Section_5_2_election_timeouts_are_drawn_from_the_whole_range()
    {
        var drawn = new HashSet<long>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            var replica = new TestReplica(TestGroup.Id(1), Configuration.Empty, new RaftOptions());
            replica.Start(seed, new MonoMs(0));
            drawn.Add(replica.Core.NextDeadline.Value);
        }

        Assert.All(drawn, timeout => Assert.InRange(timeout, 300, 600));
        Assert.True(drawn.Count > 100);
    }

    [Fact]
    public void Section_5_2_a_split_vote_is_settled_by_a_later_election()
    {
        var group = new TestGroup(4).Start();
        foreach (var id in (int[])[1, 2])
        {
            group[id].Core.Step(Say.RequestVote(id + 2, id, 1), group.Now);
        }

        group.Advance(5_000);

        Assert.NotNull(group.Leader());
    }

    [Fact]
    public void Section_5_3_a_leader_appends_to_its_own_log_and_sends_to_all()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        group.Propose(1, "x");
        group[1].Work();

        var appends = group[1].Outbox.FindAll(message => message.Kind == RaftMessageKind.AppendEntries);
        Assert.Equal([TestGroup.Id(2), TestGroup.Id(3)], appends.ConvertAll(message => message.To));
        Assert.All(appends, message => Assert.Equal(new LogIndex(1), message.Index));
        Assert.All(appends, message => Assert.Equal(new Term(1), message.LogTerm));
        Assert.All(appends, message => Assert.Equal(1, message.EntryCount));
    }

    [Theory]
    [InlineData(3, 1, true)]
    [InlineData(3, 0, false)]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(5, 1, false)]
    [InlineData(5, 2, true)]
    public void Section_5_3_an_entry_is_committed_once_a_majority_has_it(int voters, int acks, bool isCommitted)
    {
        var group = new TestGroup(voters).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group[1].Work();

        for (var from = 2; from < 2 + acks; from++)
        {
            group[1].Core.Step(Say.Accept(from, 1, 1, match: 2), group.Now);
        }

        group[1].Work();

        Assert.Equal(isCommitted, group[1].Core.CommitIndex == new LogIndex(2));
        Assert.Equal(isCommitted ? ["x"] : [], group[1].Applied);
    }

    [Fact]
    public void Section_5_3_a_leader_counts_itself_only_after_its_own_sync()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[1].IsDiskHeld = true;
        group.Propose(1, "x");
        group[1].Work();

        group[1].Core.Step(Say.Accept(2, 1, 1, match: 2), group.Now);
        var before = group[1].Core.CommitIndex;
        group[1].IsDiskHeld = false;
        group[1].Work();

        Assert.Equal(new LogIndex(1), before);
        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
    }

    [Fact]
    public void Section_5_3_followers_alone_can_commit_what_the_leader_has_not_synced()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[1].IsDiskHeld = true;
        group.Propose(1, "x");

        group.Settle();

        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
        Assert.Empty(group[1].Applied);
    }

    [Fact]
    public void Section_5_3_committing_an_entry_commits_all_before_it()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1).WithLog(2, 1).Start();

        group.Elect(1);

        Assert.Equal("1 1 2", group[1].Core.Log.Terms());
        Assert.Equal(new LogIndex(3), group[1].Core.CommitIndex);
        Assert.Equal(["1@1", "2@1"], group[1].Applied);
    }

    [Fact]
    public void Section_5_3_a_follower_applies_what_it_learns_to_be_committed_in_log_order()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "a");
        group.Propose(1, "b");
        group.Settle();

        group.Beat(1);

        Assert.Equal(["a", "b"], group[2].Applied);
        Assert.Equal(["a", "b"], group[3].Applied);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(2, 2, true)]
    [InlineData(2, 1, false)]
    [InlineData(3, 3, false)]
    [InlineData(1, 2, false)]
    public void Section_5_3_a_follower_refuses_an_append_behind_an_entry_that_it_lacks(
        int index, int term, bool isTaken)
    {
        var group = new TestGroup(3).WithLog(1, 1, 2).Start();

        group[1].Core.Step(Say.Append(2, 1, 3, (index, term), []), group.Now);
        group[1].Work();

        var answer = Assert.Single(group[1].Outbox);
        Assert.Equal(RaftMessageKind.AppendResponse, answer.Kind);
        Assert.Equal(!isTaken, answer.IsRejected);
    }

    [Theory]
    [InlineData(2, 2, new[] { 3 }, "1 2 3")]
    [InlineData(1, 1, new[] { 3, 4 }, "1 3 4")]
    [InlineData(0, 0, new[] { 1 }, "1 2")]
    [InlineData(0, 0, new[] { 3 }, "3")]
    [InlineData(0, 0, new[] { 1, 2, 3 }, "1 2 3")]
    public void Section_5_3_a_conflicting_entry_and_all_behind_it_give_way(
        int index, int term, int[] entries, string expected)
    {
        var group = new TestGroup(3).WithLog(1, 1, 2).Start();

        group[1].Core.Step(Say.Append(2, 1, 4, (index, term), entries), group.Now);
        group[1].Work();

        Assert.Equal(expected, group[1].Core.Log.Terms());
        Assert.Equal(expected.Split(' ').Length, group[1].Disk.Entries.Count);
    }

    private static void BringTo(TestGroup group, RaftRole role)
    {
        if (role == RaftRole.Leader)
        {
            group.Elect(1);
        }
        else if (role == RaftRole.Candidate)
        {
            group[1].Core.Campaign(group.Now);
            var quorum = group[1].Core.Configuration.Quorum;
            for (var from = 2; from <= quorum; from++)
            {
                group[1].Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, from, 1, 1), group.Now);
            }

            group[1].Work();
            Assert.Equal(RaftRole.Candidate, group[1].Core.Role);
        }
    }
}
