using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using static TimeMachine.Core.Tests.SystemGroup.SystemDesk;

namespace TimeMachine.Core.Tests.SystemGroup;

public sealed class LeaseGranterTests
{
    private readonly SystemDesk _desk = new();
    private readonly GranterOutput _output = new();
    private readonly LeaseGranter _granter;
    private MonoMs _now = new(1_000);

    public LeaseGranterTests()
    {
        _desk.Apply(Put(ARoute()));
        _desk.Apply(Admit("a", incarnation: 1));
        _desk.Apply(Admit("b", incarnation: 1));
        _granter = new LeaseGranter(_desk.Machine);
        _granter.OnElected(new Term(3), _now);
    }

    [Fact]
    public void Who_does_not_lead_says_so()
    {
        _granter.OnDeposed();

        _granter.OnRequest(Request(1), _now);

        Assert.Equal(ErrorCode.NotLeader, Assert.Single(Advance().Responses).Code);
    }

    [Fact]
    public void A_node_that_is_not_admitted_gets_neither_lease_nor_confirmation()
    {
        _granter.OnRequest(Request(1) with { Incarnation = 2 }, _now);

        Assert.Equal(ErrorCode.IncarnationActive, Assert.Single(Advance().Responses).Code);
        Assert.Empty(_output.Reads);
    }

    [Fact]
    public void No_answer_leaves_before_a_read_begun_after_its_request_is_confirmed()
    {
        _granter.OnRequest(Request(1) with { Demands = [] }, _now);
        var read = Assert.Single(Advance().Reads);
        _granter.OnRequest(Request(2) with { Demands = [] }, _now);
        Assert.Empty(Advance().Responses);

        _granter.OnRead(read, isConfirmed: true, _now);

        var response = Assert.Single(Advance().Responses);
        Assert.Equal((1L, _desk.Machine.Routes.Revision), (response.Sequence, response.RouteRevision));
        _granter.OnRead(Assert.Single(_output.Reads), isConfirmed: true, _now);
        Assert.Equal(2, Assert.Single(Advance().Responses).Sequence);
    }

    [Fact]
    public void A_read_that_is_not_confirmed_answers_nobody()
    {
        _granter.OnRequest(Request(1), _now);

        _granter.OnRead(Assert.Single(Advance().Reads), isConfirmed: false, _now);

        Assert.Empty(Advance().Responses);
    }

    [Fact]
    public void A_share_is_offered_only_when_its_record_is_applied()
    {
        _now += 2_000;
        _granter.OnRequest(Request(1), _now);
        var output = Advance();
        var proposal = output.Proposal!;
        _granter.OnRead(Assert.Single(output.Reads), isConfirmed: true, _now);
        Assert.Empty(Advance().Responses);

        _desk.Apply(proposal);

        Assert.Equal(new LeaseGrant(Key, 5, 50), Assert.Single(Advance().Responses.Single().Grants));
    }

    [Fact]
    public void A_refused_proposal_is_made_again()
    {
        _now += 2_000;
        _granter.OnRequest(Request(1), _now);
        var proposal = Advance().Proposal;
        Assert.NotNull(proposal);
        Assert.Null(Advance().Proposal);

        _granter.OnProposalRefused();

        Assert.Equal(proposal, Advance().Proposal);
    }

    [Fact]
    public void After_an_election_a_rate_rests_before_any_of_it_is_granted()
    {
        _granter.OnRequest(Request(1), _now);
        Assert.Equal(0, Advance().Proposal!.Leases.Single().Rate);
        _desk.Apply(_output.Proposal!);

        _now += LeaseTiming.RestMs;
        _granter.OnRequest(Request(2), _now);

        Assert.Equal(50, Advance().Proposal!.Leases.Single().Rate);
    }

    [Fact]
    public void A_change_is_in_force_when_each_node_has_confirmed_it()
    {
        var revision = _desk.Machine.Routes.Revision;
        _granter.AwaitRevision(9, revision, _now);
        _granter.OnRequest(Request(1) with { RouteRevision = revision }, _now);
        Assert.Empty(Advance().InForce);

        _granter.OnRequest(Request(1, node: 2) with { RouteRevision = revision }, _now);

        Assert.Equal([9UL], Advance().InForce);
    }

    [Fact]
    public void A_change_is_in_force_three_seconds_after_its_commit_whoever_is_silent()
    {
        _granter.AwaitRevision(9, _desk.Machine.Routes.Revision, _now);

        _now += 3_000;
        Assert.Empty(Advance().InForce);
        _now += 90;

        Assert.Equal([9UL], Advance().InForce);
    }

    [Fact]
    public void A_change_does_not_wait_for_a_node_that_was_silent_for_three_seconds_before()
    {
        _now += 3_090;
        _granter.OnRequest(Request(1), _now);
        _granter.AwaitRevision(9, _desk.Machine.Routes.Revision, _now);
        Assert.Empty(Advance().InForce);

        _granter.OnRequest(Request(2) with { RouteRevision = _desk.Machine.Routes.Revision }, _now);

        Assert.Equal([9UL], Advance().InForce);
    }

    [Fact]
    public void Silence_is_counted_from_the_last_request_or_the_election()
    {
        _now += 4_000;
        Assert.Equal(4_000, _granter.SilentMs(new NodeId(1), _now));
        _granter.OnRequest(Request(1), _now);
        _granter.OnRequest(Request(1) with { Incarnation = 9 }, _now + 500);

        Assert.Equal(1_000, _granter.SilentMs(new NodeId(1), _now + 1_000));
    }

    [Fact]
    public void Slots_that_a_holder_used_when_it_fell_silent_come_back_only_when_its_requests_are_over()
    {
        _now += 2_000;
        Answer(Request(1));
        Answer(Request(2) with { AdoptedTerm = new Term(3), AdoptedSequence = 1, Demands = [Using(3)] });
        Answer(Request(3) with { AdoptedTerm = new Term(3), AdoptedSequence = 2, Demands = [Using(3)] });
        var lastAnswer = _now;
        Assert.Equal(3, SlotsOnRecord);

        while (_now < lastAnswer + LeaseTiming.Waited(LeaseTiming.SendWithinMs + ARoute().TimeoutMs))
        {
            _now += 100;
            Settle();
            Assert.Equal(3, SlotsOnRecord);
        }

        _now += LeaseTiming.Waited(LeaseTiming.LeaseMs) + 100;
        Settle();
        Assert.Equal(0, SlotsOnRecord);
    }

    private int SlotsOnRecord => _desk.Machine.Leases.Of(Key).Sum(lease => lease.Slots);

    /// <summary>Its requests are open, it wants no slot, and it is not starved.</summary>
    private static LeaseDemand Using(int inUse) => new(Key, inUse, 0, 0, IsStarved: false);

    private void Answer(LeaseRequest request)
    {
        _granter.OnRequest(request, _now);
        Settle();
        _now += 100;
    }

    /// <summary>Confirms what is read and applies what is proposed, until there is nothing more.</summary>
    private void Settle()
    {
        for (var output = Advance(); output.Proposal is not null || output.Reads.Count > 0; output = Advance())
        {
            foreach (var read in output.Reads.ToList())
            {
                _granter.OnRead(read, isConfirmed: true, _now);
            }

            if (output.Proposal is { } proposal)
            {
                _desk.Apply(proposal);
            }
        }
    }

    private static LeaseRequest Request(long sequence, int node = 1) => new()
    {
        Node = new NodeId(node),
        Incarnation = 1,
        Session = 77,
        Sequence = sequence,
        Demands = [new LeaseDemand(Key, 0, 5, 50, IsStarved: true)],
    };

    private GranterOutput Advance()
    {
        _output.Clear();
        _granter.Advance(_now, _output);
        return _output;
    }
}
