using System.Runtime.InteropServices;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Node;

/// <content>The node's due clock, and what a bad one costs: leadership.</content>
public sealed partial class NodeCore
{
    private const int ClockCheckMs = 200;
    private readonly List<NodeId> _voterNodes = [];
    private MonoMs _nextClockCheck;

    /// <summary>The node's due clock.</summary>
    public DueClock Clock { get; }

    /// <summary>The wall clock, read by the host before each turn.</summary>
    public void Sample(MonoMs now, UnixMs wall) => Clock.Sample(now, wall);

    /// <summary>The due clock that a group's leader fires by.</summary>
    /// <returns>False while too few of its voters' clocks are known.</returns>
    public bool TryDueNow(GroupId group, MonoMs now, out UnixMs time) => TryTime(group, now, out time);

    /// <summary>The time that a group's commands carry: that of its voters' clocks.</summary>
    private bool TryTime(GroupId group, MonoMs now, out UnixMs time)
    {
        time = default;
        return Engine.Find(group) is { } core && Clock.TryNow(VotersOf(core.Configuration), now, out time);
    }

    private ReadOnlySpan<NodeId> VotersOf(Configuration configuration)
    {
        _voterNodes.Clear();
        foreach (var member in configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                _voterNodes.Add(member.Node);
            }
        }

        return CollectionsMarshal.AsSpan(_voterNodes);
    }

    private void TakeReadings(NodeOutput output, MonoMs now)
    {
        foreach (var reading in output.Engine.ClockReadings)
        {
            // The present is rounded down: a reading may be nearly a millisecond later than it says. Taken as if it
            // were not, the peer's clock would seem ahead by as much, and a job could be early.
            Clock.OnPeerReading(reading.Node, new UnixMs(reading.DueNow.Value - 1), now);
        }

        if (now >= _nextClockCheck)
        {
            _nextClockCheck = now + ClockCheckMs;
            LeadOnlyWithGoodClock(now);
            LeadOnlyWithRoom(now);
        }
    }

    /// <summary>A node whose clock is off leads nothing, and does not try to.</summary>
    private void LeadOnlyWithGoodClock(MonoMs now)
    {
        var mayLead = Clock.MayLead(now);
        foreach (var replica in _order)
        {
            var core = Engine.Find(replica.Group)!;
            if (core.IsCampaignAllowed != mayLead)
            {
                Engine.SetCampaignAllowed(replica.Group, mayLead);
            }

            var isAlone = core.Configuration.VoterCount <= 1;
            if (!mayLead && core.Role == RaftRole.Leader && !isAlone)
            {
                Engine.StepDown(replica.Group, now);
            }
        }
    }
}
