namespace TimeMachine.Core.Raft;

/// <content>Elections: pre-vote, vote, terms (paper 5.2, 5.4.1; thesis 6.2, 9.6).</content>
public sealed partial class RaftCore
{
    private readonly Dictionary<ReplicaId, bool> _votes = [];
    private bool _isForcedElection;

    /// <summary>Starts an election at once.</summary>
    public void Campaign(MonoMs now)
    {
        if (Role != RaftRole.Leader)
        {
            StartElection(now);
        }
    }

    /// <summary>Makes a leader or candidate follow.</summary>
    public void StepDown(MonoMs now)
    {
        if (Role != RaftRole.Follower)
        {
            BecomeFollower(Term, ReplicaId.None, now);
        }
    }

    private bool MayCampaign => _isCampaignAllowed && Configuration.IsVoter(Self);

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

    /// <summary>A newer term was seen. Returns false if the message is to be ignored.</summary>
    private bool AdoptTerm(in RaftMessage message, MonoMs now)
    {
        if (message.Kind == RaftMessageKind.RequestVote && !message.IsForced && HearsLeader(now))
        {
            return false;
        }

        var asksOnly = message.Kind == RaftMessageKind.RequestPreVote;
        var grantsOnly = message.Kind == RaftMessageKind.PreVoteResponse && !message.IsRejected;
        if (asksOnly || grantsOnly)
        {
            Dispatch(message, now);
            return false;
        }

        BecomeFollower(message.Term, ReplicaId.None, now);
        return true;
    }

    /// <summary>Tells a sender of an older term about the newer one, so that it cannot go on or stay stuck.</summary>
    private void AnswerStale(in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.AppendEntries or RaftMessageKind.Heartbeat or RaftMessageKind.InstallSnapshot:
                _afterPersist.Add(To(message.From, RaftMessageKind.AppendResponse) with { IsRejected = true });
                break;
            case RaftMessageKind.RequestPreVote:
                _afterPersist.Add(To(message.From, RaftMessageKind.PreVoteResponse) with { IsRejected = true });
                break;
            default:
                break;
        }
    }

    private void StartElection(MonoMs now)
    {
        _lastNow = now;
        ResetElection(now);
        if (!MayCampaign)
        {
            return;
        }

        BecomePreCandidate(now);
    }

    private void BecomePreCandidate(MonoMs now)
    {
        _votes.Clear();
        SetRole(RaftRole.PreCandidate, ReplicaId.None);
        AskVotes(RaftMessageKind.RequestPreVote, Term + 1, _messages);
        CountVote(Self, isGranted: true, now);
    }

    private void BecomeCandidate(MonoMs now, bool isForced)
    {
        _votes.Clear();
        _isForcedElection = isForced;
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
                    IsForced = kind == RaftMessageKind.RequestVote && _isForcedElection,
                });
            }
        }
    }

    private void AnswerVote(in RaftMessage message, MonoMs now)
    {
        var isPreVote = message.Kind == RaftMessageKind.RequestPreVote;
        var kind = isPreVote ? RaftMessageKind.PreVoteResponse : RaftMessageKind.VoteResponse;
        var isGranted = isPreVote ? GrantsPreVote(message, now) : GrantsVote(message);
        if (!isPreVote && isGranted)
        {
            Vote = message.From;
            ResetElection(now);
        }

        var answerTerm = isGranted ? message.Term : Term;
        _afterPersist.Add(To(message.From, kind) with { Term = answerTerm, IsRejected = !isGranted });
    }

    private bool GrantsPreVote(in RaftMessage message, MonoMs now) =>
        message.Term > Term && !HearsLeader(now) && IsUpToDate(message.Index, message.LogTerm);

    private bool GrantsVote(in RaftMessage message)
    {
        var isFree = Vote == ReplicaId.None && Leader == ReplicaId.None;
        return (Vote == message.From || isFree) && IsUpToDate(message.Index, message.LogTerm);
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

        var isOfThisElection = !isPreVote || message.IsRejected || message.Term == Term + 1;
        if (isOfThisElection)
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

    private void TakeTimeoutNow(MonoMs now)
    {
        if (MayCampaign && Role != RaftRole.Leader)
        {
            BecomeCandidate(now, isForced: true);
        }
    }
}
