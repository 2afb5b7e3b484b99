namespace TimeMachine.Core.Raft;

/// <summary>
/// One replica of one Raft group: takes messages, ticks and proposals, and gives out what follows as data. Pure: the
/// caller passes the time in and carries the output out. Written from the paper (Ongaro, Ousterhout 2014) and the
/// thesis (Ongaro 2014): PreVote 9.6, CheckQuorum 6.2, ReadIndex 6.4, transfer 3.10, single-server change 4.1.
/// </summary>
/// <remarks>Nothing that a peer can send makes it throw, except a message that would undo what is committed.</remarks>
public sealed partial class RaftCore
{
    private readonly RaftOptions _options;
    private SplitMix64 _random;
    private MonoMs _lastNow;

    /// <summary>Begins as a follower with what the disk knows.</summary>
    /// <param name="options">Times and limits; see <see cref="RaftOptions.Check"/>.</param>
    /// <param name="start">The recovered state. Its hard state may be older than the log, and its commit hint beyond
    /// the log's end.</param>
    /// <param name="seed">Draws election timeouts: another one for each replica and each life.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvariantViolationException">The options are out of range, or more is applied than is in the
    /// log.</exception>
    public RaftCore(RaftOptions options, in RaftStart start, ulong seed, MonoMs now)
    {
        Invariant.Require(options.Check() is null);
        _options = options;
        _random = new SplitMix64(seed);
        _lastNow = now;
        Group = start.Group;
        Self = start.Self;
        Log = start.Log;
        Term = start.HardState.Term > Log.LastTerm ? start.HardState.Term : Log.LastTerm;
        Vote = start.HardState.Term == Term ? start.HardState.Vote : ReplicaId.None;
        AppliedIndex = Higher(start.Applied, Log.SnapshotIndex);
        Invariant.Require(AppliedIndex <= Log.LastIndex);
        CommitIndex = Higher(Lower(start.HardState.Commit, Log.LastIndex), AppliedIndex);
        PersistedIndex = Log.LastIndex;
        BeginReady(start.HardState);
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

    /// <summary>Entries up to here are on this replica's stable storage, exactly as they stand in the log.</summary>
    public LogIndex PersistedIndex { get; private set; }

    /// <summary>Entries up to here are applied; never falls, never above <see cref="CommitIndex"/>.</summary>
    public LogIndex AppliedIndex { get; private set; }

    /// <summary>The log.</summary>
    public RaftLog Log { get; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public MonoMs NextDeadline => Role == RaftRole.Leader ? NextLeaderDeadline : _electionAt;

    /// <summary>Takes in a message. Anything that a peer can send is borne; messages for others are ignored.</summary>
    /// <exception cref="InvariantViolationException">The message would truncate committed entries: somewhere a replica
    /// broke the protocol, and this one must not follow.</exception>
    public void Step(in RaftMessage message, MonoMs now)
    {
        if (message.To != Self || message.Group != Group || message.From == Self)
        {
            return;
        }

        _lastNow = now;
        if (message.Term < Term)
        {
            AnswerStale(message);
        }
        else if (message.Term == Term || TakeNewerTerm(message, now))
        {
            Dispatch(message, now);
        }
    }

    /// <summary>Lets time pass: elections, the quorum check, an overdue transfer. Cheap when nothing is due.</summary>
    public void Tick(MonoMs now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        _lastNow = now;
        if (Role == RaftRole.Leader)
        {
            CheckTransfer(now);
            CheckQuorum(now);
        }
        else
        {
            StartElection(now);
        }
    }

    /// <summary>The state machine has applied entries up to here.</summary>
    /// <exception cref="InvariantViolationException">They were never given out to be applied.</exception>
    public void OnApplied(LogIndex applied)
    {
        Invariant.Require(applied <= _handedToApply);
        AppliedIndex = Higher(AppliedIndex, applied);
        Invariant.Require(AppliedIndex <= CommitIndex);
    }

    /// <summary>Forgets the log up to an index, at most what is applied and synced.</summary>
    public void CompactThrough(LogIndex index) =>
        Log.CompactThrough(Lower(index, Lower(AppliedIndex, PersistedIndex)));

    private void Dispatch(in RaftMessage message, MonoMs now)
    {
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
                Hear(message, now);
                break;
            case RaftMessageKind.TimeoutNow:
                TakeTimeoutNow(message, now);
                break;
            default:
                // A kind of a newer program, or garbage: no rule of this one speaks of it.
                break;
        }
    }

    private RaftMessage To(ReplicaId peer, RaftMessageKind kind) =>
        new() { Kind = kind, Group = Group, From = Self, To = peer, Term = Term };

    private static LogIndex Lower(LogIndex a, LogIndex b) => a < b ? a : b;

    private static LogIndex Higher(LogIndex a, LogIndex b) => a > b ? a : b;
}
