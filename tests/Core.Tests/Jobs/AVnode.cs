using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>One replica's state machine; checks the content hash after every entry.</summary>
internal sealed class AVnode
{
    public static readonly RouteKey Route = RouteKey.Of("shop", "billing");
    public static readonly RouteKey OtherRoute = RouteKey.Of("shop", "mail");

    private ulong _requests;

    public AVnode(JobOptions? options = null)
    {
        Options = options ?? new JobOptions();
        Machine = JobStateMachine.Load(Store, Options);
    }

    public JobOptions Options { get; }

    public MemoryRowStore Store { get; private set; } = new();

    public JobStateMachine Machine { get; private set; }

    public ApplyOutput Output { get; } = new();

    public UnixMs Now { get; set; } = new(1_800_000_000_000);

    public List<byte[]> Log { get; } = [];

    /// <summary>The number of the last command.</summary>
    public CommandNumber Last { get; private set; }

    public IReadOnlyList<JobEffect> Effects => Output.Effects;

    public static JobKey Key(string id) => JobKey.Of("shop", "invoices", id);

    public JobView? Get(string id) => Machine.Get(Key(id));

    public JobState? StateOf(string id) => Get(id)?.State;

    public RequestId NewRequest() => new(++_requests);

    public JobAnswer Apply(JobCommand command) => ApplyAll(command)[0];

    public List<JobAnswer> ApplyAll(params JobCommand[] commands)
    {
        var batch = new CommandBatch();
        foreach (var command in commands)
        {
            Assert.True(batch.TryAdd(command));
        }

        Log.Add(batch.Payload.ToArray());
        Output.Clear();
        Machine.Apply(Machine.Applied + 1, new Term(1), EntryKind.Commands, Log[^1], Output);
        Last = CommandNumber.At(Machine.Applied, commands.Length - 1);
        Assert.Equal(Machine.RecomputeContentHash(), Machine.ContentHash);
        return Output.Answers.ConvertAll(answer => answer.Answer);
    }

    /// <summary>Checkpoints, and goes on from what the rows alone hold.</summary>
    public void Restart()
    {
        var before = Machine;
        Machine.WriteCheckpoint();
        Store = Store.Clone();
        Machine = JobStateMachine.Load(Store, Options);
        Assert.Equal(before.ContentHash, Machine.ContentHash);
        Assert.Equal(before.Applied, Machine.Applied);
    }

    public void Purge()
    {
        var filter = Machine.PurgeFilter;
        Store.Purge((key, value) => filter.IsBelowFloor(key.Span, value.Span));
    }

    public JobCommand CreateOf(
        string id, long delayMs = 0, string meta = "m", RouteKey? route = null) => JobCommand.From(
        new JobRequest
        {
            Kind = JobRequestKind.Create,
            Key = Key(id),
            RequestId = NewRequest(),
            TriggerTime = Now + delayMs,
            Route = route ?? Route,
            Meta = System.Text.Encoding.UTF8.GetBytes(meta),
        },
        Now);

    public JobCommand UpsertOf(string id, long delayMs = 0, CommandNumber? ifMatch = null) =>
        CreateOf(id, delayMs) with { Kind = JobCommandKind.Upsert, Sameness = default, IfMatch = ifMatch };

    public JobCommand AskOf(JobCommandKind kind, string id) =>
        new() { Kind = kind, RequestId = NewRequest(), Time = Now, Key = Key(id) };

    public JobCommand ClaimOf(
        string id, DeliveryMode mode = DeliveryMode.AtLeastOnce, CommandNumber supersedes = default)
    {
        var view = Get(id);
        return new JobCommand
        {
            Kind = JobCommandKind.Claim,
            Time = Now,
            Key = Key(id),
            Version = view?.Version ?? default,
            Attempt = (view?.AttemptCount ?? 0) + 1,
            Route = view?.Route ?? Route,
            RouteRevision = new CommandNumber(7),
            Mode = mode,
            TimeoutMs = 10_000,
            AttemptsMax = 3,
            Due = view?.Due ?? Now,
            SendBy = Now + 1_000,
            Claim = supersedes,
        };
    }

    public JobCommand OutcomeOf(string id, CommandNumber claim, OutcomeKind outcome, bool wroteNothing = false) => new()
    {
        Kind = JobCommandKind.Outcome,
        Time = Now,
        Key = Key(id),
        Version = Get(id)?.Version ?? default,
        Claim = claim,
        Outcome = outcome,
        At = Now,
        HttpStatus = outcome == OutcomeKind.Complete ? (ushort)200 : (ushort)500,
        Error = outcome == OutcomeKind.Complete ? AttemptError.None : AttemptError.Status,
        DurationMs = 12,
        Due = Now + 5_000,
        Flag = wroteNothing,
    };

    public CommandNumber Create(string id, long delayMs = 0)
    {
        Assert.Equal(ErrorCode.None, Apply(CreateOf(id, delayMs)).Code);
        return Last;
    }

    public CommandNumber Claim(string id, DeliveryMode mode = DeliveryMode.AtLeastOnce)
    {
        Assert.Equal(ErrorCode.None, Apply(ClaimOf(id, mode)).Code);
        return Last;
    }

    public JobAnswer Resolve(string id, CommandNumber claim, OutcomeKind outcome, bool wroteNothing = false) =>
        Apply(OutcomeOf(id, claim, outcome, wroteNothing));

    public JobAnswer Ask(JobCommandKind kind, string id) => Apply(AskOf(kind, id));

    public JobAnswer OnVersion(JobCommandKind kind, string id, bool flag = false) => Apply(new JobCommand
    {
        Kind = kind,
        Time = Now,
        Key = Key(id),
        Version = Get(id)?.Version ?? default,
        Flag = flag,
    });

    public JobAnswer AdvanceDueFloor(UnixMs floor, LogIndex asOf) => Apply(new JobCommand
    { Kind = JobCommandKind.AdvanceDueFloor, Time = Now, Floor = floor, AsOf = asOf });

    public JobAnswer AdvanceFinishedFloor(UnixMs floor, UnixMs deadFloor) => Apply(new JobCommand
    { Kind = JobCommandKind.AdvanceFinishedFloor, Time = Now, Floor = floor, DeadFloor = deadFloor });

    public List<string> Due(UnixMs? before = null)
    {
        var found = new List<DueJob>();
        var from = new DuePosition(Machine.DueFloor, default);
        var to = before ?? (Now + 1_000_000_000);
        while (from.Due < to)
        {
            from = Machine.ScanDue(from, to, 3, found);
        }

        return found.ConvertAll(job => job.Key.Id);
    }

    public List<string> Backlog(RouteKey route)
    {
        var found = new List<DueJob>();
        for (DuePosition? from = default(DuePosition); from is { } position;)
        {
            from = Machine.ScanBacklog(route, position, 3, found);
        }

        return found.ConvertAll(job => job.Key.Id);
    }
}
