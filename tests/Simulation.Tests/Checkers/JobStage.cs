using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Checkers.Raft;
using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Tests.Checkers;

/// <summary>One group of one replica whose log is written by hand, with its clients and recipients.</summary>
internal sealed class JobStage
{
    public const long StartMs = 1_800_000_000_000;
    public const string Route = "sim/good";
    private readonly ReplicaWatch _replica;
    private readonly Dictionary<CommandNumber, CommandNumber> _versionOf = [];
    private long _index;
    private ulong _request;

    public JobStage()
    {
        Observer = new SimObserver(1, new JobCheckOptions(), () => NowMs * 1_000);
        var fresh = new RecoveredReplica { Replica = new ReplicaId(1) };
        _replica = Observer.Raft.Open(new NodeId(1), RaftStage.Group, fresh);
    }

    public long NowMs { get; set; } = StartMs;

    public long Term { get; set; } = 1;

    public SimObserver Observer { get; }

    public List<ClientOperation> Operations { get; } = [];

    /// <summary>An operation that was committed and answered.</summary>
    public CommandNumber Client(JobActionKind kind, AnswerFact answer, Func<ClientFact, ClientFact>? with = null)
    {
        var number = Next();
        var told = answer.Version == default && answer.IsNew ? answer with { Version = number } : answer;
        var fact = new ClientFact
        {
            Group = RaftStage.Group,
            Number = number,
            Request = new RequestId(++_request),
            Key = "sim/jobs/a",
            Kind = kind,
            Answer = told,
            TimeMs = NowMs,
            TriggerMs = NowMs,
            Route = Route,
        };
        fact = with is null ? fact : with(fact);
        var operation = Invoke(fact.Kind, fact.Request, fact.Sameness);
        Observer.Jobs.ClientCommitted(fact);
        operation.Answered(fact.Answer, NowMs * 1_000);
        return number;
    }

    public ClientOperation Invoke(JobActionKind kind, RequestId request, ulong sameness = 0)
    {
        var operation = new ClientOperation
        {
            Client = 1,
            Request = request,
            Kind = kind,
            Key = "sim/jobs/a",
            InvokeUs = NowMs * 1_000,
            Sameness = sameness,
        };
        Operations.Add(operation);
        return operation;
    }

    public CommandNumber Create(long triggerMs = StartMs) => Client(
        JobActionKind.Create,
        new AnswerFact { IsNew = true, Status = JobStatus.Scheduled },
        fact => fact with { Sameness = 5, TriggerMs = triggerMs });

    public CommandNumber Claim(CommandNumber version, Func<ClaimFact, ClaimFact>? with = null)
    {
        var fact = new ClaimFact
        {
            Group = RaftStage.Group,
            Number = Next(),
            Term = new Term(Term),
            Key = "sim/jobs/a",
            Version = version,
            TookEffect = true,
            Attempt = 1,
            Route = Route,
            DueMs = NowMs,
            TimeMs = NowMs,
            SendByMs = NowMs + 1_000,
            AttemptsMax = 3,
        };
        fact = with is null ? fact : with(fact);
        Observer.Jobs.ClaimCommitted(fact);
        _versionOf[fact.Number] = version;
        return fact.Number;
    }

    public SendRecord Send(CommandNumber claim, Func<SendInfo, SendInfo>? with = null)
    {
        var info = new SendInfo
        {
            Node = new NodeId(1),
            Group = RaftStage.Group,
            Key = "sim/jobs/a",
            Version = _versionOf[claim],
            Claim = claim,
            Route = Route,
            Attempt = 1,
        };
        return Observer.Recipients.BeginRequest(with is null ? info : with(info));
    }

    public SendRecord SendAndEnd(CommandNumber claim, int status, Func<SendInfo, SendInfo>? with = null)
    {
        var send = Send(claim, with);
        Observer.Recipients.EndRequest(send, SenderSaw.Status, status);
        return send;
    }

    /// <summary>An outcome; the state behind it is what the model says.</summary>
    public void Outcome(CommandNumber claim, OutcomeFactKind kind, bool tookEffect = true, long retryAfterMs = 0)
    {
        var action = new JobAction
        {
            Kind = JobActionKind.Outcome,
            Version = _versionOf[claim],
            Claim = claim,
            Outcome = kind,
            TookEffect = tookEffect,
        };
        JobModel.TryStep(Observer.Jobs.Keys["sim/jobs/a"].Row, action, out var next);
        Observer.Jobs.OutcomeCommitted(new OutcomeFact
        {
            Group = RaftStage.Group,
            Number = Next(),
            Key = "sim/jobs/a",
            Version = _versionOf[claim],
            Claim = claim,
            Kind = kind,
            TookEffect = tookEffect,
            Result = next.Status,
            EndMs = NowMs,
            NextDueMs = NowMs + retryAfterMs,
        });
    }

    public EndFigures End(long afterMs = 100_000)
    {
        NowMs += afterMs;
        return Observer.Jobs.CheckEnd(Operations, StartMs * 1_000);
    }

    public void ShouldHaveFound(string checker) =>
        Assert.True(Observer.Violations.Has(checker), string.Join('\n', Observer.Violations.Kept));

    public void ShouldHaveFoundNothing() => Assert.Empty(Observer.Violations.Kept);

    /// <summary>Appends, commits and applies one entry.</summary>
    public CommandNumber Next()
    {
        var index = new LogIndex(++_index);
        Observer.Raft.ReadyTaken(_replica, index, [RaftStage.Fact(Term, (ulong)_index)], hard: null);
        RaftChecker.CommitTold(_replica, _replica.Replica, index);
        Observer.Raft.Observe(_replica, new ReplicaState { Commit = index, Last = index, Term = new Term(Term) });
        Observer.Raft.Applied(_replica, index, (UInt128)_index);
        return CommandNumber.At(index, 0);
    }
}
