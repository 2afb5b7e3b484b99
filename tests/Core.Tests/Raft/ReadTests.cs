using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class ReadTests
{
    [Fact]
    public void A_read_is_confirmed_by_a_round_begun_after_it()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group.Settle();

        var status = group[1].Core.RequestRead(42);
        group.Settle();
        var before = group[1].Reads.Count;
        group.Beat(1);

        Assert.Equal(ReadStatus.Accepted, status);
        Assert.Equal(0, before);
        Assert.Equal(new ReadResult(42, new LogIndex(2), IsConfirmed: true), Assert.Single(group[1].Reads));
    }

    [Fact]
    public void An_answer_to_an_earlier_round_confirms_nothing()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[1].Core.Heartbeat(group.Now);
        group[1].Work();
        group[1].Core.RequestRead(42);

        group[1].Core.Step(
            Say.Message(RaftMessageKind.HeartbeatResponse, 2, 1, 1) with { ReadRound = 1 }, group.Now);
        group[1].Work();

        Assert.Empty(group[1].Reads);
    }

    [Fact]
    public void A_made_up_round_confirms_nothing()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[1].Core.RequestRead(42);

        group[1].Core.Step(
            Say.Message(RaftMessageKind.HeartbeatResponse, 2, 1, 1) with { ReadRound = 1_000 }, group.Now);
        group[1].Work();

        Assert.Empty(group[1].Reads);
    }

    [Fact]
    public void A_cut_off_leader_confirms_no_read_and_says_so_when_it_is_deposed()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(1);
        group[1].Core.RequestRead(42);

        group.Advance(1_000);

        Assert.Equal(new ReadResult(42, default, IsConfirmed: false), Assert.Single(group[1].Reads));
    }

    [Fact]
    public void Learners_confirm_no_read()
    {
        var group = new TestGroup(3, learners: 3).Start();
        group.Elect(1);
        group.Isolate(2);
        group.Isolate(3);
        group[1].Core.RequestRead(42);

        group.Beat(1);

        Assert.Empty(group[1].Reads);
    }

    [Fact]
    public void A_new_leader_takes_no_read_before_its_term_has_a_committed_entry()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Campaign(group.Now);
        group.Drop = message => message.EntryCount > 0;
        group.Settle();

        Assert.Equal(ReadStatus.TermNotReady, group[1].Core.RequestRead(1));
        Assert.Equal(ReadStatus.NotLeader, group[2].Core.RequestRead(1));
    }

    [Fact]
    public void A_group_of_one_confirms_reads_alone()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);

        group[1].Core.RequestRead(42);
        group[1].Work();

        Assert.True(Assert.Single(group[1].Reads).IsConfirmed);
    }

    [Fact]
    public void Reads_beyond_the_limit_are_refused()
    {
        var group = new TestGroup(3, options: new RaftOptions { ReadsMax = 2 }).Start();
        group.Elect(1);

        Assert.Equal(ReadStatus.Accepted, group[1].Core.RequestRead(1));
        Assert.Equal(ReadStatus.Accepted, group[1].Core.RequestRead(2));
        Assert.Equal(ReadStatus.Overloaded, group[1].Core.RequestRead(3));
    }
}
