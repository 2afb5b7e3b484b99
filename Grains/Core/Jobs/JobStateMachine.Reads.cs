using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Jobs;

/// <content>Reads.</content>
public sealed partial class JobStateMachine
{
    /// <inheritdoc/>
    public IReadOnlyList<ClaimView> OpenClaims
    {
        get
        {
            var views = new List<ClaimView>();
            foreach (var claim in SortedClaims())
            {
                var row = Find(claim.Key);
                Invariant.Require(row is not null);
                views.Add(new ClaimView(
                    claim.Key,
                    claim.Version,
                    claim.Number,
                    claim.Attempt,
                    row.Route,
                    claim.Mode,
                    row.Due,
                    claim.IsStopped)
                { FailedCount = row.FailedCount, ExpiresAt = row.ExpiresAt });
            }

            return views;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RouteKey> RoutesWithBacklog
    {
        get
        {
            var routes = new List<RouteKey>();
            foreach (var (route, counts) in _routes)
            {
                if (counts.InBacklog > 0)
                {
                    routes.Add(route);
                }
            }

            routes.Sort();
            return routes;
        }
    }

    /// <inheritdoc/>
    public long UnfinishedByRoute(RouteKey route) => _routes.GetValueOrDefault(route).Unfinished;

    /// <summary>Reads a job; null if there is none, or its retention is over.</summary>
    public JobView? Get(JobKey key)
    {
        if (Find(key) is not { } row)
        {
            return null;
        }

        _claims.TryGetValue(key, out var claim);
        return new JobView
        {
            Key = key,
            State = StateOf(key, row),
            Version = row.Version,
            TriggerTime = row.TriggerTime,
            Due = row.Due,
            CreatedAt = row.CreatedAt,
            Route = row.Route,
            Mode = row.Mode,
            ExpireAfterMs = row.ExpireAfterMs,
            Meta = row.Meta,
            AttemptCount = AttemptsOf(key, row),
            Attempts = row.Attempts,
            LastStatus = row.LastStatus,
            LatenessMs = row.LatenessMs,
            IsStopped = claim?.IsStopped ?? false,
        };
    }

    /// <summary>Reads a page of a collection's jobs, in the order of their ids.</summary>
    public JobListPage List(JobListRequest request)
    {
        var prefix = RowKeys.CollectionPrefix(request.Database, request.Collection);
        byte[] from = request.After.IsEmpty ? prefix : [RowKeys.JobSpace, .. JobKey.After(request.After).Bytes];
        var rows = new List<StoredRow>();
        _store.Scan(from, RowKeys.After(prefix), request.RowsMax, rows);
        var jobs = new List<JobView>();
        var bytes = 0L;
        foreach (var stored in rows)
        {
            var key = KeyOf(stored);
            if (Get(key) is not { } job || !request.Wants(job))
            {
                continue;
            }

            jobs.Add(job);
            bytes += job.Meta.Length;
            if (jobs.Count >= request.JobsMax || bytes >= request.BytesMax)
            {
                return new JobListPage(jobs, key);
            }
        }

        return new JobListPage(jobs, rows.Count < request.RowsMax ? default : KeyOf(rows[^1]));
    }

    private static JobKey KeyOf(StoredRow row)
    {
        var isKey = JobKey.TryDecode(row.Key.Span[1..], out var key);
        Invariant.Require(isKey);
        return key;
    }

    /// <inheritdoc/>
    public DuePosition ScanDue(DuePosition from, UnixMs toExclusive, int rowsMax, List<DueJob> into)
    {
        var rows = new List<StoredRow>();
        var end = RowKeys.DueFrom(new DuePosition(toExclusive, default));
        _store.Scan(RowKeys.DueFrom(from), end, rowsMax, rows);
        foreach (var stored in rows)
        {
            AddWaiting(RowKeys.ReadPosition(stored.Key.Span, 1).Key, stored.Value, into);
        }

        return rows.Count < rowsMax ? new DuePosition(toExclusive, default) : Behind(rows[^1], 1);
    }

    /// <inheritdoc/>
    public DuePosition? ScanBacklog(RouteKey route, DuePosition from, int rowsMax, List<DueJob> into)
    {
        var prefix = RowKeys.BacklogPrefix(route);
        var rows = new List<StoredRow>();
        byte[] first = from.Key.IsEmpty && from.Due == default
            ? prefix
            : [.. prefix, .. RowKeys.DueFrom(from).AsSpan(1)];
        _store.Scan(first, RowKeys.After(prefix), rowsMax, rows);
        foreach (var stored in rows)
        {
            AddWaiting(RowKeys.ReadPosition(stored.Key.Span, prefix.Length).Key, stored.Value, into);
        }

        return rows.Count < rowsMax ? null : Behind(rows[^1], prefix.Length);
    }

    /// <summary>A row in due order is a job that waits, unless it is claimed.</summary>
    private void AddWaiting(JobKey key, ReadOnlyMemory<byte> value, List<DueJob> into)
    {
        if (!_claims.ContainsKey(key))
        {
            var row = Decoded(value);
            into.Add(new DueJob(key, row.Version, row.Due, row.Route, row.Mode, row.ExpiresAt, row.AttemptCount));
        }
    }

    private static DuePosition Behind(StoredRow row, int prefixBytes)
    {
        var last = RowKeys.ReadPosition(row.Key.Span, prefixBytes);
        return last with { Key = JobKey.After(last.Key) };
    }
}
