using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class TransferTests
{
    [Fact]
    public void Leadership_moves_at_once_to_a_voter_that_has_everything()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        var status = group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);
        group.Settle();

        Assert.Equal(TransferStatus.Accepted, status);
        Assert.Equal(RaftRole.Leader, group[2].Core.Role);
        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
    }

    [Fact]
    public void A_target_that_lags_is_brought_up_first()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(2);
        group.Propose(1, "x");
        group.Settle();
        group.Heal();

        group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);
        group.Beat(1);
        group.Beat(1);

        Assert.Equal(RaftRole.Leader, group[2].Core.Role);
        Assert.Equal(new LogIndex(3), group[2].Core.Log.LastIndex);
    }

    [Fact]
    public void No_proposal_is_taken_while_leadership_moves_and_it_is_given_up_in_time()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.TimeoutNow;
        group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);
        var during = group.Propose(1, "x");
        var change = group.Change(1, ConfigurationChangeKind.Remove, 3);

        group.Advance(700);

        Assert.Equal((ProposeStatus.Transferring, ProposeStatus.Transferring), (during, change));
        Assert.Equal(ReplicaId.None, group[1].Core.TransferTarget);
        Assert.Equal(ProposeStatus.Accepted, group.Propose(1, "x"));
    }

    [Fact]
    public void A_lost_order_to_campaign_is_repeated()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.TimeoutNow;
        group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);
        group.Settle();
        group.Drop = _ => false;

        group.Beat(1);

        Assert.Equal(RaftRole.Leader, group[2].Core.Role);
    }

    [Fact]
    public void Only_another_voter_can_be_the_target()
    {
        var group = new TestGroup(3, learners: 1).Start();
        group.Elect(1);

        Assert.Equal(TransferStatus.Invalid, group[1].Core.TransferLeadership(TestGroup.Id(1), group.Now));
        Assert.Equal(TransferStatus.Invalid, group[1].Core.TransferLeadership(TestGroup.Id(4), group.Now));
        Assert.Equal(TransferStatus.Invalid, group[1].Core.TransferLeadership(TestGroup.Id(9), group.Now));
        Assert.Equal(TransferStatus.NotLeader, group[2].Core.TransferLeadership(TestGroup.Id(1), group.Now));
    }

    [Fact]
    public void A_second_transfer_waits_for_the_first()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);

        Assert.Equal(TransferStatus.Accepted, group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now));
        Assert.Equal(TransferStatus.Busy, group[1].Core.TransferLeadership(TestGroup.Id(3), group.Now));
    }

    [Fact]
    public void Only_the_leader_can_order_to_campaign()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Beat(1);

        group[2].Core.Step(Say.Message(RaftMessageKind.TimeoutNow, 3, 2, 1), group.Now);
        group[2].Core.Step(Say.Message(RaftMessageKind.TimeoutNow, 3, 2, 0), group.Now);

        Assert.Equal(RaftRole.Follower, group[2].Core.Role);
    }

    [Fact]
    public void A_replica_that_may_not_campaign_lets_the_transfer_run_out()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group[2].Core.SetCampaignAllowed(allowed: false);

        group[1].Core.TransferLeadership(TestGroup.Id(2), group.Now);
        group.Advance(700);

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(ReplicaId.None, group[1].Core.TransferTarget);
    }
}
