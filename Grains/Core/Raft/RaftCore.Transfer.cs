namespace TimeMachine.Core.Raft;

/// <content>Handing leadership over (thesis 3.10).</content>
public sealed partial class RaftCore
{
    private MonoMs _transferEnd;

    /// <summary>The voter that leadership is being handed to; none outside of a transfer.</summary>
    public ReplicaId TransferTarget { get; private set; }

    /// <summary>Hands leadership to another voter: no proposals meanwhile; given up after the longest election
    /// timeout.</summary>
    public TransferStatus TransferLeadership(ReplicaId target, MonoMs now)
    {
        if (Role != RaftRole.Leader)
        {
            return TransferStatus.NotLeader;
        }

        if (target == Self || Find(target) is not { IsVoter: true } peer)
        {
            return TransferStatus.Invalid;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return TransferTarget == target ? TransferStatus.Accepted : TransferStatus.Busy;
        }

        _lastNow = now;
        TransferTarget = target;
        _transferEnd = now + _options.ElectionMaxMs;
        _mustSend = true;
        peer.IsNudged = peer.Match < Log.LastIndex;
        TryFinishTransfer(peer);
        return TransferStatus.Accepted;
    }

    /// <summary>Lets the target campaign once it has everything; told again with each heartbeat, since it may be
    /// lost.</summary>
    private void TryFinishTransfer(Progress peer)
    {
        if (peer.Replica == TransferTarget && peer.Match == Log.LastIndex)
        {
            _messages.Add(To(peer.Replica, RaftMessageKind.TimeoutNow));
        }
    }

    private void CheckTransfer(MonoMs now)
    {
        if (TransferTarget != ReplicaId.None && now >= _transferEnd)
        {
            TransferTarget = ReplicaId.None;
        }
    }

    /// <summary>A leader that leaves the group lets the voter with the most of its log campaign, instead of
    /// silence.</summary>
    private void OfferLeadership()
    {
        Progress? best = null;
        foreach (var peer in _peers)
        {
            if (peer.IsVoter && (best is null || peer.Match > best.Match))
            {
                best = peer;
            }
        }

        if (best is not null)
        {
            _messages.Add(To(best.Replica, RaftMessageKind.TimeoutNow));
        }
    }

    private void TakeTimeoutNow(in RaftMessage message, MonoMs now)
    {
        if (message.From == Leader && Role != RaftRole.Leader && MayCampaign)
        {
            BecomeCandidate(now, isForced: true);
        }
    }
}
