namespace TimeMachine.Core.Raft;

/// <summary>
/// One replica of one Raft group: takes messages, ticks and proposals, and gives out what follows as data. Pure: the
/// caller passes the time in and carries the output out. Written from the paper (Ongaro, Ousterhout 2014) and the
/// thesis (Ongaro 2014): PreVote 9.6, CheckQuorum 6.2, ReadIndex 6.4, transfer 3.10, single-server change 4.1.
/// </summary>
public sealed partial class RaftCore
{
    private readonly RaftOptions _options;
    private readonly List<RaftMessage> _messages = [];
    private readonly List<RaftMessage> _afterPersist = [];
    private readonly List<ReadResult> _reads = [];
    private readonly List<EntryRead> _entryReads = [];
    private readonly List<SnapshotNeed> _snapshotNeeds = [];
    private SplitMix64 _random;
    private MonoMs _electionAt;
    private MonoMs _heardLeaderAt;
    private HardState _writtenHardState;
    private LogIndex _handedToPersist;
    private LogIndex _handedToApply;
    private bool _isCampaignAllowed = true;
    private bool _roleChanged = true;

    /// <summary>Begins as a follower with what the disk knows.</summary>
    public RaftCore(RaftOptions options, in RaftStart start, ulong seed, MonoMs now)
    {
        _options = options;
        _random = new SplitMix64(seed);
        Group = start.Group;
        Self = start.Self;
        Log = start.Log;
        Term = start.HardState.Term > Log.LastTerm ? start.HardState.Term : Log.LastTerm;
        Vote = start.HardState.Term == Term ? start.HardState.Vote : ReplicaId.None;
        _writtenHardState = start.HardState;
        AppliedIndex = start.Applied > Log.SnapshotIndex ? start.Applied : Log.SnapshotIndex;
        PersistedIndex = Log.LastIndex;
        Invariant.Require(AppliedIndex <= Log.LastIndex);
        var hint = start.HardState.Commit < Log.LastIndex ? start.HardState.Commit : Log.LastIndex;
        CommitIndex = hint > AppliedIndex ? hint : AppliedIndex;
        _handedToPersist = PersistedIndex;
        _handedToApply = AppliedIndex;
        ResetElection(now);
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>This replica.</summary>
    public ReplicaId Self { get; }

    /// <summary>What it does just now.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>The latest term seen; never falls.</summary>
    public Term Term { get; private set; }

    /// <summary>Who has this replica's vote in the term.</summary>
    public ReplicaId Vote { get; private set; }

    /// <summary>The leader of the term, if known.</summary>
    public ReplicaId Leader { get; private set; }

    /// <summary>Entries up to here are committed; never falls.</summary>
    public LogIndex CommitIndex { get; private set; }

    /// <summary>Entries up to here are on this replica's stable storage.</summary>
    public LogIndex PersistedIndex { get; private set; }

    /// <summary>Entries up to here are applied.</summary>
    public LogIndex AppliedIndex { get; private set; }

    /// <summary>The log.</summary>
    public RaftLog Log { get; }

    /// <summary>The configuration in force.</summary>
    public Configuration Configuration => Log.Configuration;

    /// <summary>The index of the configuration in force.</summary>
    public LogIndex ConfigurationIndex => Log.ConfigurationIndex;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public MonoMs NextDeadline => Role == RaftRole.Leader ? _leaderCheckAt : _electionAt;

    /// <summary>Whether this leader has committed an entry of its own term.</summary>
    public bool HasCommittedInTerm =>
        Role == RaftRole.Leader && CommitIndex >= _firstOfTerm && _firstOfTerm > default(LogIndex);

    /// <summary>Whether <see cref="TakeReady"/> has something to give.</summary>
    public bool HasReady =>
        _messages.Count > 0 || _afterPersist.Count > 0 || _reads.Count > 0 || _entryReads.Count > 0
        || _snapshotNeeds.Count > 0 || _roleChanged || _mustSend || HasHardState
        || _handedToPersist < Log.LastIndex || _handedToApply < Applicable;

    private bool HasHardState => Term != _writtenHardState.Term || Vote != _writtenHardState.Vote;

    /// <summary>Only what is committed and on this disk is applied: a restart must find it in the log.</summary>
    private LogIndex Applicable => CommitIndex < PersistedIndex ? CommitIndex : PersistedIndex;

    /// <summary>Takes in a message. Anything that a peer can send is borne; messages for others are ignored.</summary>
    public void Step(in RaftMessage message, MonoMs now)
    {
        if (message.To != Self || message.Group != Group || message.From == Self)
        {
            return;
        }

        if (message.Term > Term && !AdoptTerm(message, now))
        {
            return;
        }

        if (message.Term < Term)
        {
            AnswerStale(message);
            return;
        }

        Dispatch(message, now);
    }

    /// <summary>Lets time pass: elections, the quorum check, an overdue transfer.</summary>
    public void Tick(MonoMs now)
    {
        if (Role == RaftRole.Leader)
        {
            CheckLeader(now);
        }
        else if (now >= _electionAt)
        {
            StartElection(now);
        }
    }

    /// <summary>Gives out everything since the last call.</summary>
    public void TakeReady(RaftReady ready)
    {
        ready.Clear();
        if (_mustSend)
        {
            _mustSend = false;
            SendAppends();
        }

        ready.MustPersistHardState = HasHardState;
        ready.HardState = new HardState(Term, Vote, CommitIndex);
        _writtenHardState = ready.HardState;
        ready.PersistFirst = _handedToPersist + 1;
        ready.PersistLast = Log.LastIndex;
        _handedToPersist = Log.LastIndex;
        ready.ApplyFirst = _handedToApply + 1;
        ready.ApplyLast = Applicable > _handedToApply ? Applicable : _handedToApply;
        _handedToApply = ready.ApplyLast;
        ready.RoleChanged = _roleChanged;
        _roleChanged = false;
        Move(_messages, ready.Messages);
        Move(_afterPersist, ready.MessagesAfterPersist);
        Move(_reads, ready.Reads);
        Move(_entryReads, ready.EntryReads);
        Move(_snapshotNeeds, ready.SnapshotNeeds);
    }

    /// <summary>Everything of an earlier Ready up to these points is on stable storage.</summary>
    /// <param name="lastIndex">The last entry written by then.</param>
    /// <param name="lastTerm">Its term: if the log holds another by now, it does not count.</param>
    /// <param name="hardStateTerm">The term written by then.</param>
    /// <param name="hardStateVote">The vote written by then.</param>
    public void OnPersisted(LogIndex lastIndex, Term lastTerm, Term hardStateTerm, ReplicaId hardStateVote)
    {
        if (lastIndex > PersistedIndex && Log.Matches(lastIndex, lastTerm))
        {
            PersistedIndex = lastIndex;
            if (Role == RaftRole.Leader)
            {
                AdvanceCommit();
            }
        }

        if (Role == RaftRole.Candidate && hardStateTerm == Term && hardStateVote == Self)
        {
            CountVote(Self, isGranted: true, _lastNow);
        }
    }

    /// <summary>The state machine has applied entries up to here.</summary>
    public void OnApplied(LogIndex applied)
    {
        Invariant.Require(applied <= CommitIndex);
        Invariant.Require(applied <= _handedToApply);
        AppliedIndex = applied > AppliedIndex ? applied : AppliedIndex;
    }

    /// <summary>Whether the replica may start elections: not while damaged, unchecked or with a bad clock.</summary>
    public void SetCampaignAllowed(bool isAllowed) => _isCampaignAllowed = isAllowed;

    /// <summary>Forgets the log up to an applied index.</summary>
    public void CompactThrough(LogIndex index)
    {
        var applied = AppliedIndex < PersistedIndex ? AppliedIndex : PersistedIndex;
        Log.CompactThrough(index < applied ? index : applied);
    }

    private void Dispatch(in RaftMessage message, MonoMs now)
    {
        _lastNow = now;
        switch (message.Kind)
        {
            case RaftMessageKind.RequestPreVote or RaftMessageKind.RequestVote:
                AnswerVote(message, now);
                break;
            case RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse:
                TakeVote(message, now);
                break;
            case RaftMessageKind.AppendEntries or RaftMessageKind.Heartbeat or RaftMessageKind.InstallSnapshot:
                FollowLeader(message, now);
                break;
            case RaftMessageKind.AppendResponse:
                TakeAppendResponse(message, now);
                break;
            case RaftMessageKind.HeartbeatResponse:
                TakeHeartbeatResponse(message, now);
                break;
            case RaftMessageKind.InstallSnapshotResponse:
                Hear(message.From, now);
                break;
            case RaftMessageKind.TimeoutNow:
                TakeTimeoutNow(now);
                break;
            default:
                break;
        }
    }

    private RaftMessage To(ReplicaId peer, RaftMessageKind kind) =>
        new() { Kind = kind, Group = Group, From = Self, To = peer, Term = Term };

    private static void Move<T>(List<T> from, List<T> to)
    {
        to.AddRange(from);
        from.Clear();
    }

    private MonoMs _lastNow;
}
