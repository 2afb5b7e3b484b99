using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>Which rows a job's way reads: those by id lie anywhere on the disk, those in due order side by side.
/// </summary>
public sealed class RowReadsTests
{
    private readonly CountingStore _store = new();
    private readonly JobStateMachine _machine;
    private readonly ApplyOutput _output = new();
    private CommandNumber _last;

    public RowReadsTests() => _machine = JobStateMachine.Load(_store, new JobOptions());

    [Fact]
    public void Scan_claim_and_outcome_read_nothing_by_id()
    {
        Apply(Create("a"));
        _store.ReadsById = 0;
        var due = new List<DueJob>();
        _machine.ScanDue(default, new UnixMs(2_000_000), 10, due);

        Apply(Claim(Assert.Single(due)));
        Apply(Complete(due[0], _last));

        Assert.Equal(JobState.Delivered, _output.Answers[0].Answer.State);
        Assert.Equal(0, _store.ReadsById);
    }

    [Fact]
    public void A_claim_that_names_another_due_time_finds_the_job_all_the_same()
    {
        Apply(Create("a"));
        var due = new List<DueJob>();
        _machine.ScanDue(default, new UnixMs(2_000_000), 10, due);

        Apply(Claim(due[0] with { Due = due[0].Due - 1 }));

        Assert.Equal(JobState.Claimed, _output.Answers[0].Answer.State);
    }

    [Fact]
    public void A_job_that_moves_or_ends_leaves_no_row_behind()
    {
        Apply(Create("a"));
        Apply(Create("a") with { Kind = JobCommandKind.Upsert, TriggerTime = new UnixMs(1_500_000) });
        Apply(Create("b"));
        Apply(new JobCommand { Kind = JobCommandKind.Cancel, Time = new UnixMs(1_000), Key = Key("b") });

        var due = new List<DueJob>();
        _machine.ScanDue(default, new UnixMs(2_000_000), 10, due);

        Assert.Equal(new UnixMs(1_500_000), Assert.Single(due).Due);
        Assert.Equal(_machine.ContentHash, _machine.RecomputeContentHash());
    }

    private static JobKey Key(string id) => JobKey.Of("db", "jobs", id);

    private static JobCommand Create(string id) => new()
    {
        Kind = JobCommandKind.Create,
        Time = new UnixMs(1_000),
        Key = Key(id),
        TriggerTime = new UnixMs(1_000_000),
        Route = RouteKey.Of("db", "hook"),
        RouteRevision = new CommandNumber(1),
        Meta = "m"u8.ToArray(),
    };

    private static JobCommand Claim(DueJob job) => new()
    {
        Kind = JobCommandKind.Claim,
        Time = new UnixMs(1_000_000),
        Key = job.Key,
        Version = job.Version,
        Due = job.Due,
        Attempt = 1,
        Route = job.Route,
        RouteRevision = new CommandNumber(1),
        Mode = DeliveryMode.AtLeastOnce,
        TimeoutMs = 1_000,
        AttemptsMax = 3,
    };

    private static JobCommand Complete(DueJob job, CommandNumber claim) => new()
    {
        Kind = JobCommandKind.Outcome,
        Time = new UnixMs(1_000_010),
        Key = job.Key,
        Version = job.Version,
        Claim = claim,
        Outcome = OutcomeKind.Complete,
        At = new UnixMs(1_000_005),
        HttpStatus = 200,
    };

    private void Apply(JobCommand command)
    {
        var batch = new CommandBatch();
        Assert.True(batch.TryAdd(command));
        _output.Clear();
        var index = _machine.Applied + 1;
        _machine.Apply(index, new Term(1), EntryKind.Commands, batch.Payload.ToArray(), _output);
        _last = CommandNumber.At(index, 0);
    }

    private sealed class CountingStore : IRowStore
    {
        private readonly MemoryRowStore _rows = new();

        public int ReadsById { get; set; }

        public long FreshBytes => _rows.FreshBytes;

        public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
        {
            ReadsById += key[0] == RowSpace.Jobs ? 1 : 0;
            return _rows.TryGet(key, out value);
        }

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _rows.Put(key, value);

        public void Delete(ReadOnlySpan<byte> key) => _rows.Delete(key);

        public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into) =>
            _rows.Scan(from, toExclusive, rowsMax, into);
    }
}
