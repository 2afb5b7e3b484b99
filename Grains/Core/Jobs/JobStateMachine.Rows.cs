using System.IO.Hashing;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <content>Rows, counts and the content hash: every change of state goes through here.</content>
public sealed partial class JobStateMachine
{
    private const long MinuteMs = 60_000;
    private readonly Dictionary<JobKey, OpenClaim> _claims = [];
    private readonly Dictionary<RouteKey, RouteCounts> _routes = [];
    private readonly FinishedBuckets _done = new();
    private readonly FinishedBuckets _kept = new();
    private readonly ByteWriter _rowWriter = new(1024);
    private UInt128 _liveHash;
    private UInt128 _claimsHash;
    private long _liveBytes;

    /// <inheritdoc cref="Replication.IStateMachine.ContentHash"/>
    public UInt128 ContentHash => _liveHash + _claimsHash + _done.Hash + _kept.Hash + FloorsHash();

    /// <summary>How many jobs are unfinished.</summary>
    public long LiveCount { get; private set; }

    /// <summary>How many jobs are finished and still readable.</summary>
    public long FinishedCount => _done.Count + _kept.Count;

    /// <summary>The bytes of the rows of all jobs, keys and values, that lie above the floors.</summary>
    public long RowBytes => _liveBytes + _done.Bytes + _kept.Bytes;

    /// <summary>The floors as of now, for a store's merge.</summary>
    public PurgeFilter PurgeFilter => new(DueFloor, FinishedFloor, DeadFloor);

    /// <summary>Computes the content hash from all rows: what <see cref="ContentHash"/> must equal.</summary>
    public UInt128 RecomputeContentHash()
    {
        var sum = FloorsHash();
        foreach (var (key, value, _) in AllJobs())
        {
            sum += HashOf(key, value.Span);
        }

        foreach (var claim in _claims.Values)
        {
            sum += claim.Hash();
        }

        return sum;
    }

    /// <summary>
    /// Whether a store's merge may drop a row: it lies below a floor, so no read and no apply sees it.
    /// </summary>
    public bool IsBelowFloor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => PurgeFilter.IsBelowFloor(key, value);

    private IEnumerable<(JobKey Key, ReadOnlyMemory<byte> Value, JobRow Row)> AllJobs()
    {
        const int Step = 256;
        var rows = new List<Replication.StoredRow>();
        byte[] from = [RowKeys.JobSpace];
        do
        {
            rows.Clear();
            _store.Scan(from, [RowKeys.JobSpace + 1], Step, rows);
            foreach (var stored in rows)
            {
                var isKey = JobKey.TryDecode(stored.Key.Span[1..], out var key);
                var row = JobRow.Decode(stored.Value);
                Invariant.Require(isKey && row is not null);
                if (!IsGone(row))
                {
                    yield return (key, stored.Value, row);
                }
            }

            from = rows.Count > 0 ? [.. rows[^1].Key.Span, 0] : from;
        }
        while (rows.Count == Step);
    }

    private JobRow? Find(JobKey key)
    {
        if (!_store.TryGet(RowKeys.Job(key), out var value))
        {
            return null;
        }

        var row = JobRow.Decode(value);
        Invariant.Require(row is not null);
        return IsGone(row) ? null : row;
    }

    private bool IsGone(JobRow row) => PurgeFilter.IsOver(row.State, row.FinishedAt);

    /// <summary>Writes a job that waits for an attempt, with its due row.</summary>
    private void Wait(JobKey key, JobRow? old, JobRow next)
    {
        RemoveBacklogRow(key, old);
        next = next with { InBacklog = false };
        InsertDue(next.Due, key, next);
        PutRow(key, old, next);
        EmitArmed(key, next);
    }

    /// <summary>Ends a job: a small stub stays, and with a body only what can be sent again.</summary>
    private void Finish(JobKey key, JobRow old, JobRow row, JobState state)
    {
        RemoveBacklogRow(key, old);
        var keepsBody = JobRow.IsKept(state);
        var stub = row with
        {
            State = state,
            FinishedAt = LogTime,
            InBacklog = false,
            Meta = keepsBody ? row.Meta : default,
            Attempts = keepsBody ? row.Attempts : [],
        };
        PutRow(key, old, stub);
    }

    /// <summary>Writes a row, and moves every count and hash with it.</summary>
    private void PutRow(JobKey key, JobRow? old, JobRow next)
    {
        if (old is not null)
        {
            Account(key, old, -1);
        }

        Account(key, next, 1);
        _store.Put(RowKeys.Job(key), _rowWriter.Written);
    }

    private void Account(JobKey key, JobRow row, int sign)
    {
        _rowWriter.Clear();
        row.Write(_rowWriter);
        var hash = HashOf(key, _rowWriter.Written);
        var bytes = sign * ((long)key.Bytes.Length + _rowWriter.Length);
        if (row.IsUnfinished)
        {
            _liveHash += sign > 0 ? hash : UInt128.Zero - hash;
            _liveBytes += bytes;
            LiveCount += sign;
            CountRoute(row, sign);
        }
        else
        {
            (row.KeepsBody ? _kept : _done).Add(row.FinishedAt.Value / MinuteMs, hash, sign, bytes);
        }
    }

    private void CountRoute(JobRow row, int sign)
    {
        var counts = _routes.GetValueOrDefault(row.Route);
        counts = new RouteCounts(counts.Unfinished + sign, counts.InBacklog + (row.InBacklog ? sign : 0));
        if (counts.Unfinished == 0)
        {
            _routes.Remove(row.Route);
        }
        else
        {
            _routes[row.Route] = counts;
        }
    }

    private static UInt128 HashOf(JobKey key, ReadOnlySpan<byte> value) =>
        XxHash128.HashToUInt128(value, (long)key.Hash);

    private UInt128 FloorsHash()
    {
        var writer = new ByteWriter(256);
        writer.I64(DueFloor.Value);
        writer.I64(FinishedFloor.Value);
        writer.I64(DeadFloor.Value);
        _inserts.Write(writer);
        WriteFences(writer);
        return XxHash128.HashToUInt128(writer.Written);
    }

    private void PutClaim(OpenClaim claim)
    {
        if (_claims.TryGetValue(claim.Key, out var old))
        {
            _claimsHash -= old.Hash();
        }

        _claims[claim.Key] = claim;
        _claimsHash += claim.Hash();
    }

    private void DropClaim(OpenClaim claim)
    {
        _claims.Remove(claim.Key);
        _claimsHash -= claim.Hash();
    }

    private void RemoveBacklogRow(JobKey key, JobRow? row)
    {
        if (row is { InBacklog: true })
        {
            _store.Delete(RowKeys.Backlog(row.Route, row.Due, key));
        }
    }

    /// <summary>One route's unfinished jobs, and how many of them are filed under it.</summary>
    private readonly record struct RouteCounts(long Unfinished, long InBacklog);
}
