namespace TimeMachine.Core.Raft;

/// <content>Members: one change at a time, in force when appended (thesis 4.1).</content>
public sealed partial class RaftCore
{
    private const int HeartbeatsHeard = 3;
    private readonly List<Progress> _peers = [];
    private bool _isSelfVoter;

    /// <summary>The configuration in force.</summary>
    public Configuration Configuration => Log.Configuration;

    /// <summary>The index of the configuration in force.</summary>
    public LogIndex ConfigurationIndex => Log.ConfigurationIndex;

    /// <summary>Changes one member, in force at once. At most one change is under way, and only after an entry of the
    /// own term is committed (Ongaro, raft-dev 2015-07-10: without it two majorities might not overlap).</summary>
    /// <param name="change">The change.</param>
    /// <param name="index">The index of its entry, if accepted.</param>
    public ProposeStatus ProposeConfiguration(ConfigurationChange change, out LogIndex index)
    {
        index = default;
        if (Role != RaftRole.Leader)
        {
            return ProposeStatus.NotLeader;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return ProposeStatus.Transferring;
        }

        if (ConfigurationIndex > CommitIndex)
        {
            return ProposeStatus.ChangePending;
        }

        if (!HasCommittedInTerm)
        {
            return ProposeStatus.TermNotReady;
        }

        if (Configuration.With(change) is not { } next)
        {
            return ProposeStatus.Invalid;
        }

        index = AppendOwn(EntryKind.Configuration, next.Encode());
        FollowConfiguration(_lastNow);
        AdvanceCommit();
        return ProposeStatus.Accepted;
    }

    /// <summary>What this leader knows of a member's log: for the one who promotes and removes.</summary>
    /// <param name="replica">The member.</param>
    /// <param name="match">How far its synced log is known to equal the leader's.</param>
    /// <param name="applied">How far it has applied, as it told last; 0 if it never did.</param>
    /// <returns>False if this replica does not lead or does not know the member.</returns>
    public bool TryGetProgress(ReplicaId replica, out LogIndex match, out LogIndex applied)
    {
        var peer = Find(replica);
        match = peer?.Match ?? default;
        applied = peer?.Applied ?? default;
        if (Role == RaftRole.Leader && replica == Self)
        {
            (match, applied) = (PersistedIndex, AppliedIndex);
            return true;
        }

        return peer is not null;
    }

    /// <summary>Whether a member answers this leader just now: it may be counted on for a majority that a change of
    /// members needs. The time is short, since a group of two that lost one before the change is committed has lost its
    /// majority for good.</summary>
    public bool IsHeard(ReplicaId replica, MonoMs now) =>
        Role == RaftRole.Leader
        && (replica == Self
            || (Find(replica) is { } peer && peer.Match.Value > 0
                && now - peer.HeardAt <= HeartbeatsHeard * _options.HeartbeatMs));

    /// <summary>One progress a member: new members are probed, gone ones forgotten.</summary>
    private void FollowConfiguration(MonoMs now)
    {
        _isSelfVoter = Configuration.IsVoter(Self);
        _peers.RemoveAll(peer => !Configuration.TryGet(peer.Replica, out _));
        foreach (var member in Configuration.Members)
        {
            if (member.Replica == Self)
            {
                continue;
            }

            if (Find(member.Replica) is { } known)
            {
                known.IsVoter = member.Kind == MemberKind.Voter;
            }
            else
            {
                _peers.Add(new Progress(member, Log.LastIndex + 1, now));
            }
        }

        if (TransferTarget != ReplicaId.None && Find(TransferTarget) is not { IsVoter: true })
        {
            TransferTarget = ReplicaId.None;
        }
    }

    private Progress? Find(ReplicaId replica)
    {
        foreach (var peer in _peers)
        {
            if (peer.Replica == replica)
            {
                return peer;
            }
        }

        return null;
    }

    /// <summary>A leader that is no voter any more leads until that is committed, without counting itself (thesis
    /// 4.2.2).</summary>
    private void LeaveIfRemoved()
    {
        if (!_isSelfVoter && ConfigurationIndex <= CommitIndex)
        {
            OfferLeadership();
            BecomeFollower(Term, ReplicaId.None, _lastNow);
        }
    }
}
