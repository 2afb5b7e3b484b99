namespace TimeMachine.Core.Raft;

/// <content>Elections: pre-vote, vote, terms (paper 5.2, 5.4.1; thesis 6.2, 9.6).</content>
public sealed partial class RaftCore
{
    private readonly Dictionary<ReplicaId, bool> _votes = [];
    private MonoMs _electionAt;
    private MonoMs _heardLeaderAt;
    private MonoMs _campaignedAt;
    private bool _isCampaignAllowed = true;
    private bool _isForcedElection;

    private bool MayCampaign => _isCampaignAllowed && Configuration.IsVoter(Self);

    /// <summary>Starts an election at once, if this replica may.</summary>
    public void Campaign(MonoMs now)
    {
        _lastNow = now;
        if (Role != RaftRole.Leader)
        {
            StartElection(now);
        }
    }

    /// <summary>Makes a leader or candidate follow: its clock or its disk is bad.</summary>
    public void StepDown(MonoMs now)
    {
        _lastNow = now;
        if (Role != RaftRole.Follower)
        {
            BecomeFollower(Term, ReplicaId.None, now);
        }
    }

    /// <summary>Whether the replica may start elections.</summary>
    public bool IsCampaignAllowed => _isCampaignAllowed;

    /// <summary>Whether the replica may start elections: not while damaged, unchecked or with a bad clock. It votes and
    /// acknowledges all the same, and a leader goes on until <see cref="StepDown"/>.</summary>
    public void SetCampaignAllowed(bool allowed)
    {
        _isCampaignAllowed = allowed;
        if (!allowed && Role is RaftRole.PreCandidate or RaftRole.Candidate)
        {
            BecomeFollower(Term, ReplicaId.None, _lastNow);
        }
    }

    /// <summary>Whether a leader is believed alive: then nobody else gets a vote (thesis 4.2.3).</summary>
    private bool HearsLeader(MonoMs now) => Role == RaftRole.Leader
        ? IsLeaderConfirmed(now)
        : Leader != ReplicaId.None && now - _heardLeaderAt < _options.ElectionMinMs;

    private void ResetElection(MonoMs now) =>
        _electionAt = now + _random.Between(_options.ElectionMinMs, _options.ElectionMaxMs);

    private void BecomeFollower(Term term, ReplicaId leader, MonoMs now)
    {
        Invariant.Require(term >= Term);
        if (term > Term)
        {
            Vote = ReplicaId.None;
        }

        LeaveLeadership();
        Term = term;
        SetRole(RaftRole.Follower, leader);
        ResetElection(now);
    }

    private void SetRole(RaftRole role, ReplicaId leader)
    {
        Role = role;
        Leader = leader;
        _roleChanged = true;
    }

    /// <summary>A newer term was seen. Returns whether the message is dispatched in it.</summary>
    private bool TakeNewerTerm(in RaftMessage message, MonoMs now)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.RequestVote when HearsLeader(now) && !message.IsForced:
                return false;
            case RaftMessageKind.RequestPreVote:
                AnswerVote(message, now);
                return false;
            case RaftMessageKind.PreVoteResponse when !message.IsRejected:
                TakeVote(message, now);
                return false;
            default:
                BecomeFollower(message.Term, ReplicaId.None, now);
                return true;
        }
    }

    /// <summary>Tells a sender of an older term about the newer one, so that it cannot go on or stay stuck: a replica
    /// with a high term and a short log would otherwise keep the others from ever winning.</summary>
    private void AnswerStale(in RaftMessage message)
    {
        RaftMessageKind? answer = message.Kind switch
        {
            RaftMessageKind.AppendEntries => RaftMessageKind.AppendResponse,
            RaftMessageKind.Heartbeat => RaftMessageKind.AppendResponse,
            RaftMessageKind.InstallSnapshot => RaftMessageKind.AppendResponse,
            RaftMessageKind.RequestPreVote => RaftMessageKind.PreVoteResponse,
            RaftMessageKind.RequestVote => RaftMessageKind.VoteResponse,
            _ => null,
        };
        if (answer is { } kind)
        {
            _messages.Add(To(message.From, kind) with { IsRejected = true });
        }
    }

    private void StartElection(MonoMs now)
    {
        ResetElection(now);
        if (MayCampaign)
        {
            BecomePreCandidate(now);
        }
    }

    private void BecomePreCandidate(MonoMs now)
    {
        _votes.Clear();
        _isForcedElection = false;
        SetRole(RaftRole.PreCandidate, ReplicaId.None);
        AskVotes(RaftMessageKind.RequestPreVote, Term + 1, _messages);
        CountVote(Self, isGranted: true, now);
    }

    /// <summary>The own vote counts once it is synced: see <see cref="OnPersisted"/>.</summary>
    private void BecomeCandidate(MonoMs now, bool isForced)
    {
        Invariant.Require(Role != RaftRole.Leader);
        _votes.Clear();
        _isForcedElection = isForced;
        _campaignedAt = now;
        Term += 1;
        Vote = Self;
        SetRole(RaftRole.Candidate, ReplicaId.None);
        ResetElection(now);
        AskVotes(RaftMessageKind.RequestVote, Term, _afterPersist);
    }

    private void AskVotes(RaftMessageKind kind, Term term, List<RaftMessage> into)
    {
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter && member.Replica != Self)
            {
                into.Add(To(member.Replica, kind) with
                {
                    Term = term,
                    Index = Log.LastIndex,
                    LogTerm = Log.LastTerm,
                    IsForced = _isForcedElection,
                });
            }
        }
    }

    private void AnswerVote(in RaftMessage message, MonoMs now)
    {
        var isPreVote = message.Kind == RaftMessageKind.RequestPreVote;
        var kind = isPreVote ? RaftMessageKind.PreVoteResponse : RaftMessageKind.VoteResponse;
        var isGranted = isPreVote ? GrantsPreVote(message, now) : GrantsVote(message);
        if (isGranted && !isPreVote)
        {
            Vote = message.From;
            ResetElection(now);
        }

        // A vote leaves after its sync; nothing else here has to outlive a crash.
        var into = isGranted && !isPreVote ? _afterPersist : _messages;
        into.Add(To(message.From, kind) with { Term = isGranted ? message.Term : Term, IsRejected = !isGranted });
    }

    private bool GrantsPreVote(in RaftMessage message, MonoMs now) =>
        message.Term > Term && !HearsLeader(now) && IsUpToDate(message.Index, message.LogTerm);

    private bool GrantsVote(in RaftMessage message)
    {
        var isFree = Vote == message.From || (Vote == ReplicaId.None && Leader == ReplicaId.None);
        return isFree && IsUpToDate(message.Index, message.LogTerm);
    }

    /// <summary>Whether a candidate's log is at least as new as this one (paper 5.4.1).</summary>
    private bool IsUpToDate(LogIndex index, Term term) =>
        term > Log.LastTerm || (term == Log.LastTerm && index >= Log.LastIndex);

    private void TakeVote(in RaftMessage message, MonoMs now)
    {
        var isPreVote = message.Kind == RaftMessageKind.PreVoteResponse;
        if (Role != (isPreVote ? RaftRole.PreCandidate : RaftRole.Candidate))
        {
            return;
        }

        var askedTerm = isPreVote && !message.IsRejected ? Term + 1 : Term;
        if (message.Term == askedTerm && Configuration.IsVoter(message.From))
        {
            CountVote(message.From, !message.IsRejected, now);
        }
    }

    private void CountVote(ReplicaId voter, bool isGranted, MonoMs now)
    {
        _votes.TryAdd(voter, isGranted);
        var granted = 0;
        var refused = 0;
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter && _votes.TryGetValue(member.Replica, out var vote))
            {
                granted += vote ? 1 : 0;
                refused += vote ? 0 : 1;
            }
        }

        if (granted >= Configuration.Quorum)
        {
            WinElection(now);
        }
        else if (refused >= Configuration.Quorum)
        {
            BecomeFollower(Term, ReplicaId.None, now);
        }
    }

    private void WinElection(MonoMs now)
    {
        if (Role == RaftRole.PreCandidate)
        {
            BecomeCandidate(now, isForced: false);
        }
        else
        {
            BecomeLeader(now);
        }
    }
}
