using System.Collections.Immutable;
using System.Globalization;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Fakes;

/// <summary>The jobs of one collection, in memory.</summary>
internal sealed class FakeJobs(FakeCluster cluster, CollectionName name) : IJobsGrain
{
    private const int CommandsPerEntry = 65_536;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (Job Job, JobSpec Spec)> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobReply> _answers = [];

    public CollectionName Name => name;

    /// <summary>The trace that came with the last change.</summary>
    public string? LastTrace { get; private set; }

    public ImmutableArray<Job> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _jobs.Values.Select(entry => entry.Job)];
            }
        }
    }

    /// <summary>Changes a job behind everybody's back, as time does.</summary>
    public void Change(string id, Func<Job, Job> change)
    {
        lock (_lock)
        {
            _jobs[id] = (change(_jobs[id].Job), _jobs[id].Spec);
        }
    }

    public Task<JobReply> CreateAsync(JobSpec job, RequestOptions? options = null) => Once("create", options, () =>
    {
        var id = job.Id ?? "made-" + cluster.NextIndex().ToString(CultureInfo.InvariantCulture);
        if (_jobs.TryGetValue(id, out var there))
        {
            return IsSame(there.Spec, job)
                ? Reply(there.Job, there.Job.Version / CommandsPerEntry)
                : Refused(ErrorCodes.JobExists, there.Job);
        }

        return CheckRoute(job) ?? Write(id, job);
    });

    public Task<JobReply> PutAsync(JobSpec job, RequestOptions? options = null) => Once("put " + job.Id, options, () =>
    {
        _jobs.TryGetValue(job.Id!, out var there);
        return Check(there.Job, options)
            ?? CheckRoute(job)
            ?? (there.Job?.State == JobStatus.Claimed
                ? Refused(ErrorCodes.TooLate, there.Job)
                : Write(job.Id!, job));
    });

    public Task<JobReply> GetAsync(string id)
    {
        cluster.ThrowFault();
        lock (_lock)
        {
            return Task.FromResult(_jobs.TryGetValue(id, out var there)
                ? Reply(there.Job, 0) with { Job = there.Job }
                : Refused(ErrorCodes.JobNotFound));
        }
    }

    public Task<JobReply> DeleteAsync(string id, RequestOptions? options = null) => Once("delete " + id, options, () =>
    {
        if (!_jobs.TryGetValue(id, out var there))
        {
            return Refused(ErrorCodes.JobNotFound);
        }

        if (Check(there.Job, options) is { } refused)
        {
            return refused;
        }

        if (there.Job.State is not (JobStatus.Scheduled or JobStatus.Claimed or JobStatus.Retrying))
        {
            return Refused(ErrorCodes.Finished, there.Job);
        }

        var outcome = there.Job.AttemptCount == 0 ? DeleteOutcome.Won : DeleteOutcome.Stopped;
        _jobs[id] = (there.Job with { State = JobStatus.Cancelled, Meta = default }, there.Spec);
        return Reply(_jobs[id].Job, cluster.NextIndex()) with { Deleted = outcome };
    });

    public Task<JobReply> RunAsync(string id, RequestOptions? options = null) => Once("run " + id, options, () =>
    {
        if (!_jobs.TryGetValue(id, out var there))
        {
            return Refused(ErrorCodes.JobNotFound);
        }

        return there.Job.State switch
        {
            JobStatus.Delivered => Refused(ErrorCodes.BodyDropped, there.Job),
            JobStatus.Scheduled or JobStatus.Retrying =>
                Write(id, there.Spec with { TriggerTimeMs = cluster.NowMs, DelayMs = null }),
            _ => Refused(ErrorCodes.TooLate, there.Job),
        };
    });

    public Task<JobReply> RedriveAsync(string id, RequestOptions? options = null) =>
        Once("redrive " + id, options, () =>
        {
            if (!_jobs.TryGetValue(id, out var there))
            {
                return Refused(ErrorCodes.JobNotFound);
            }

            if (there.Job.State is not (JobStatus.Dead or JobStatus.Unknown))
            {
                return Refused(ErrorCodes.NotRedrivable, there.Job);
            }

            if (CheckRoute(there.Spec) is { } noRoute)
            {
                return noRoute;
            }

            _jobs[id] = (there.Job with { State = JobStatus.Retrying }, there.Spec);
            return Reply(_jobs[id].Job, cluster.NextIndex());
        });

    public Task<JobPage> ListAsync(JobQuery query)
    {
        cluster.ThrowFault();
        var after = query.Cursor ?? "";
        var found = All.Where(job => string.CompareOrdinal(job.Id, after) > 0)
            .Where(job => query.State is null || job.State == query.State)
            .Where(job => query.Route is null || job.Route == query.Route)
            .Where(job => query.FromMs is null || job.TriggerTimeMs >= query.FromMs)
            .Where(job => query.ToMs is null || job.TriggerTimeMs < query.ToMs)
            .Take(query.Limit + 1).ToList();
        var hasMore = found.Count > query.Limit;
        var page = found.Take(query.Limit).ToImmutableArray();
        return Task.FromResult(new JobPage { Jobs = page, Cursor = hasMore ? page[^1].Id : null });
    }

    public async Task<BatchReply> CreateManyAsync(ImmutableArray<JobSpec> jobs, RequestOptions? options = null)
    {
        var replies = ImmutableArray.CreateBuilder<JobReply>();
        foreach (var (number, job) in jobs.Index())
        {
            if (job is null)
            {
                replies.Add(Refused(ErrorCodes.InvalidRequest));
                continue;
            }

            var key = options?.IdempotencyKey is { } given ? $"{given}#{number}" : null;
            replies.Add(await CreateAsync(job, key is null ? null : new RequestOptions { IdempotencyKey = key }));
        }

        return new BatchReply { Jobs = replies.ToImmutable() };
    }

    private Task<JobReply> Once(string verb, RequestOptions? options, Func<JobReply> change)
    {
        LastTrace = options?.TraceParent;
        cluster.ThrowFault();
        if (cluster.Refusal is { } refusal)
        {
            return Task.FromResult(new JobReply { Error = refusal });
        }

        lock (_lock)
        {
            var key = options?.IdempotencyKey is { } given ? $"{verb}\n{given}" : null;
            if (key is not null && _answers.TryGetValue(key, out var before))
            {
                return Task.FromResult(before);
            }

            var reply = change();
            if (key is not null)
            {
                _answers[key] = reply;
            }

            return Task.FromResult(reply);
        }
    }

    private JobReply Write(string id, JobSpec spec)
    {
        var index = cluster.NextIndex();
        var isNew = !_jobs.ContainsKey(id);
        var time = spec.TriggerTimeMs ?? cluster.NowMs + spec.DelayMs!.Value;
        var job = new Job
        {
            Database = name.Database,
            Collection = name.Collection,
            Id = id,
            State = JobStatus.Scheduled,
            Version = index * CommandsPerEntry,
            TriggerTimeMs = time,
            DueMs = time,
            CreatedAtMs = cluster.NowMs,
            Route = spec.Route,
            Mode = spec.Mode,
            ExpireAfterMs = spec.ExpireAfterMs,
            Meta = spec.Meta,
        };
        _jobs[id] = (job, spec);
        return Reply(job, index) with { IsNew = isNew };
    }

    private static JobReply? Check(Job? there, RequestOptions? options)
    {
        var isOther = options?.IfVersion is { } version && there?.Version != version;
        return isOther || (options?.IfAbsent == true && there is not null)
            ? Refused(ErrorCodes.VersionMismatch, there)
            : null;
    }

    private JobReply? CheckRoute(JobSpec job) =>
        cluster.RoutesOf(name.Database).Has(job.Route) ? null : Refused(ErrorCodes.RouteNotFound);

    private static bool IsSame(JobSpec one, JobSpec other) =>
        one.Meta.Span.SequenceEqual(other.Meta.Span)
        && (one with { Meta = default, Id = null }) == (other with { Meta = default, Id = null });

    private static JobReply Reply(Job job, long index) => new()
    {
        Id = job.Id,
        Version = job.Version,
        Offset = index,
        State = job.State,
        AttemptCount = job.AttemptCount,
    };

    private static JobReply Refused(string code, Job? there = null) =>
        new() { Error = FakeRefusal.Of(code, there) };
}
