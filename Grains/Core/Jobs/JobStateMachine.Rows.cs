using System.IO.Hashing;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <content>Rows, counts and the content hash: every change of state goes through here.</content>
public sealed partial class JobStateMachine
{
    private const long MinuteMs = 60_000;
    private readonly Dictionary<JobKey, OpenClaim> _claims = [];
    private readonly Dictionary<RouteKey, long> _unfinished = [];
    private readonly Dictionary<RouteKey, CommandNumber> _fences = [];
    private readonly FinishedBuckets _done = new();
    private readonly FinishedBuckets _kept = new();
    private UInt128 _liveHash;
    private UInt128 _claimsHash;

    /// <inheritdoc cref="Replication.IStateMachine.ContentHash"/>
    public UInt128 ContentHash => _liveHash + _claimsHash + _done.Hash + _kept.Hash + FloorsHash();

    /// <summary>How many jobs are finished and still readable.</summary>
    public long FinishedCount => _done.Count + _kept.Count;

    /// <summary>Computes the content hash from all rows: what <see cref="ContentHash"/> must equal.</summary>
    public UInt128 RecomputeContentHash()
    {
        var sum = FloorsHash();
        foreach (var (key, row) in AllJobs())
        {
            sum += HashOf(key, row);
        }

        foreach (var claim in _claims.Values)
        {
            sum += claim.Hash();
        }

        return sum;
    }

    /// <summary>Whether a store's merge may drop a row: it lies below a floor, so no read and no apply sees it.</summary>
    public bool IsBelowFloor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key[0] == RowKeys.DueSpace)
        {
            return RowKeys.ReadPosition(key, 1).Due < DueFloor;
        }

        return key[0] == RowKeys.JobSpace && JobRow.Decode(value) is { } row && IsGone(row);
    }

    private IEnumerable<(JobKey Key, JobRow Row)> AllJobs()
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
                var row = JobRow.Decode(stored.Value.Span);
                Invariant.Require(isKey && row is not null);
                if (!IsGone(row))
                {
                    yield return (key, row);
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

        var row = JobRow.Decode(value.Span);
        Invariant.Require(row is not null);
        return IsGone(row) ? null : row;
    }

    private bool IsGone(JobRow row) =>
        !row.IsUnfinished && row.FinishedAt < (row.KeepsBody ? DeadFloor : FinishedFloor);

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
    private void Finish(JobKey key, JobRow row, JobState state)
    {
        var old = Find(key);
        RemoveBacklogRow(key, old);
        var keepsBody = state is JobState.Dead or JobState.Unknown;
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

    private void PutRow(JobKey key, JobRow? old, JobRow next)
    {
        if (old is not null)
        {
            Account(key, old, -1);
        }

        Account(key, next, 1);
        _store.Put(RowKeys.Job(key), next.Encode());
    }

    private void Account(JobKey key, JobRow row, int sign)
    {
        var hash = HashOf(key, row);
        if (row.IsUnfinished)
        {
            _liveHash += sign > 0 ? hash : UInt128.Zero - hash;
            LiveCount += sign;
            CountUnfinished(row.Route, sign);
        }
        else
        {
            (row.KeepsBody ? _kept : _done).Add(row.FinishedAt.Value / MinuteMs, hash, sign);
        }
    }

    private void CountUnfinished(RouteKey route, int sign)
    {
        _unfinished.TryGetValue(route, out var count);
        if (count + sign == 0)
        {
            _unfinished.Remove(route);
        }
        else
        {
            _unfinished[route] = count + sign;
        }
    }

    private static UInt128 HashOf(JobKey key, JobRow row)
    {
        var hasher = new XxHash128();
        hasher.Append(key.Bytes);
        hasher.Append(row.Encode());
        return hasher.GetCurrentHashAsUInt128();
    }

    private UInt128 FloorsHash()
    {
        var writer = new ByteWriter(64);
        writer.I64(DueFloor.Value);
        writer.I64(FinishedFloor.Value);
        writer.I64(DeadFloor.Value);
        writer.I64(LogTime.Value);
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
}
