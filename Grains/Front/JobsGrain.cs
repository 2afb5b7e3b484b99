using System.Collections.Immutable;
using Orleans.Concurrency;
using TimeMachine.Core.Jobs;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;
using TimeMachine.Grains.Routing;

namespace TimeMachine.Grains.Front;

/// <summary>The jobs of one collection: checks, gives ids, and asks the vnodes.</summary>
/// <param name="service">The node.</param>
/// <param name="lister">Reads lists.</param>
/// <param name="time">The clocks.</param>
[StatelessWorker]
[Reentrant]
internal sealed class JobsGrain(NodeService service, JobLister lister, TimeProvider time) : Grain, IJobsGrain
{
    private CollectionName _name;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = CollectionName.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<JobReply> CreateAsync(JobSpec job, RequestOptions? options = null) =>
        WriteAsync(JobRequestKind.Create, job, options, 0);

    /// <inheritdoc/>
    public Task<JobReply> PutAsync(JobSpec job, RequestOptions? options = null) =>
        WriteAsync(JobRequestKind.Upsert, job, options, 0);

    /// <inheritdoc/>
    public Task<JobReply> GetAsync(string id) => ActAsync(JobRequestKind.Get, id, null);

    /// <inheritdoc/>
    public Task<JobReply> DeleteAsync(string id, RequestOptions? options = null) =>
        ActAsync(JobRequestKind.Cancel, id, options);

    /// <inheritdoc/>
    public Task<JobReply> RunAsync(string id, RequestOptions? options = null) =>
        ActAsync(JobRequestKind.RunNow, id, options);

    /// <inheritdoc/>
    public Task<JobReply> RedriveAsync(string id, RequestOptions? options = null) =>
        ActAsync(JobRequestKind.Redrive, id, options);

    /// <inheritdoc/>
    public async Task<BatchReply> CreateManyAsync(ImmutableArray<JobSpec> jobs, RequestOptions? options = null)
    {
        if (JobRules.CheckCount(jobs.IsDefault ? 0 : jobs.Length) is { } error)
        {
            return new BatchReply { Error = error };
        }

        var batch = new Batch(jobs);
        await Task.WhenAll(batch.Firsts.Select(first => CreateOneAfterAnotherAsync(batch, first, options)));
        return new BatchReply { Jobs = [.. batch.Replies] };
    }

    /// <inheritdoc/>
    public async Task<JobPage> ListAsync(JobQuery query)
    {
        if (service.Router is not { } router)
        {
            return new JobPage { Error = Replies.ErrorOf(ErrorCode.Unavailable) };
        }

        if ((CollectionErrorOf() ?? JobRules.Check(query)) is { } error)
        {
            return new JobPage { Error = error };
        }

        var cursor = query.Cursor is { } text
            ? ListCursor.Decode(text, _name.Database, _name.Collection, router.VNodeCount)
            : new ListCursor(0, default);
        if (cursor is null)
        {
            return new JobPage { Error = JobRules.BadCursor };
        }

        var request = new JobListRequest
        {
            Database = _name.Database,
            Collection = _name.Collection,
            After = cursor.After,
            State = query.State is { } state ? (JobState)state : null,
            Route = query.Route is { } route ? RouteKey.Of(_name.Database, route) : default,
            From = new UnixMs(query.FromMs ?? long.MinValue),
            ToExclusive = new UnixMs(query.ToMs ?? long.MaxValue),
        };
        var page = await lister.ReadAsync(request, query.Limit, cursor.VNode);
        return page.Code == ErrorCode.None
            ? new JobPage { Jobs = [.. page.Jobs.Select(Replies.JobOf)], Cursor = page.Next?.Encode() }
            : new JobPage { Error = Replies.ErrorOf(page.Code) };
    }

    /// <summary>Those of a batch that name the same job are created in their order; the others at once.</summary>
    private async Task CreateOneAfterAnotherAsync(Batch batch, int first, RequestOptions? options)
    {
        for (var item = first; item >= 0; item = batch.Next[item])
        {
            batch.Replies[item] = await WriteAsync(JobRequestKind.Create, batch.Jobs[item], options, item);
        }
    }

    private async Task<JobReply> WriteAsync(JobRequestKind kind, JobSpec? job, RequestOptions? options, int item)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var error = CollectionErrorOf() ?? RequestRules.Check(options) ?? JobRules.Check(job, nowMs);
        if (error is not null)
        {
            return new JobReply { Error = error, Id = job?.Id ?? "" };
        }

        var id = job!.Id ?? IdOf(options, item);
        var request = new JobRequest
        {
            Kind = kind,
            Key = JobKey.Of(_name.Database, _name.Collection, id),
            TriggerTime = job.TriggerTimeMs is { } triggerMs ? new UnixMs(triggerMs) : null,
            DelayMs = job.DelayMs ?? 0,
            Route = RouteKey.Of(_name.Database, job.Route),
            Mode = (DeliveryMode)job.Mode,
            Meta = job.Meta,
            Trace = TraceContext.TryParse(options?.TraceParent, out var trace) ? trace : default,
            ExpireAfterMs = job.ExpireAfterMs ?? 0,
            IfMatch = Identified.IfMatchOf(options),
        };
        var content = options?.IdempotencyKey is null ? 0 : (ulong)request.Sameness();
        return await AskAsync(id, request with { RequestId = RequestIdOf(kind, id, options, item, content) });
    }

    private async Task<JobReply> ActAsync(JobRequestKind kind, string id, RequestOptions? options)
    {
        var error = CollectionErrorOf() ?? NameRules.Check("id", id) ?? RequestRules.Check(options);
        if (error is not null)
        {
            return new JobReply { Error = error, Id = id ?? "" };
        }

        return await AskAsync(id, new JobRequest
        {
            Kind = kind,
            Key = JobKey.Of(_name.Database, _name.Collection, id),
            RequestId = kind == JobRequestKind.Get ? default : RequestIdOf(kind, id, options, 0, 0),
            IfMatch = Identified.IfMatchOf(options),
        });
    }

    private async Task<JobReply> AskAsync(string id, JobRequest request)
    {
        var answer = service.Router is { } router
            ? await router.AskAsync(request)
            : new JobAnswer(ErrorCode.Unavailable);
        return Replies.JobReplyOf(id, answer);
    }

    private ErrorReply? CollectionErrorOf() =>
        NameRules.Check("db", _name.Database) ?? NameRules.Check("collection", _name.Collection);

    /// <summary>The id of a job that came without: the same for every repeat of one request.</summary>
    private string IdOf(RequestOptions? options, int item) => options?.IdempotencyKey is { } key
        ? Convert.ToHexStringLower(Identified.HashOf(key, item, "id", _name.Database, _name.Collection))
        : Guid.CreateVersion7().ToString("N");

    private RequestId RequestIdOf(
        JobRequestKind kind, string id, RequestOptions? options, int item, ulong content) =>
        Identified.RequestIdOf(options, content, item, kind.ToString(), _name.Database, _name.Collection, id);

    /// <summary>The jobs of a batch, and which of them name the same.</summary>
    private sealed class Batch
    {
        public Batch(ImmutableArray<JobSpec> jobs)
        {
            Jobs = jobs;
            Replies = new JobReply[jobs.Length];
            Next = new int[jobs.Length];
            Array.Fill(Next, -1);
            var last = new Dictionary<string, int>(jobs.Length, StringComparer.Ordinal);
            for (var i = 0; i < jobs.Length; i++)
            {
                var isNamed = jobs[i]?.Id is not null;
                if (isNamed && last.TryGetValue(jobs[i].Id!, out var before))
                {
                    Next[before] = i;
                }
                else
                {
                    Firsts.Add(i);
                }

                if (isNamed)
                {
                    last[jobs[i].Id!] = i;
                }
            }
        }

        public ImmutableArray<JobSpec> Jobs { get; }

        public JobReply[] Replies { get; }

        /// <summary>Of each item the next that names the same job; -1 if none does.</summary>
        public int[] Next { get; }

        /// <summary>The items before which no other names the same job.</summary>
        public List<int> Firsts { get; } = [];
    }
}
