using System.IO.Hashing;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Replication;

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
    private readonly ByteWriter _keyWriter = new();
    private readonly ByteWriter _claimWriter = new();
    private UInt128 _liveHash;
    private UInt128 _claimsHash;
    private long _liveBytes;

    /// <inheritdoc cref="IStateMachine.ContentHash"/>
    public UInt128 ContentHash => _liveHash + _claimsHash + _done.Hash + _kept.Hash + FloorsHash();

    /// <summary>How many jobs are unfinished.</summary>
    public long LiveCount { get; private set; }

    /// <summary>How many jobs are finished and still readable.</summary>
    public long FinishedCount => _done.Count + _kept.Count;

    /// <summary>The bytes of the rows of all jobs, keys and values, that lie above the floors.</summary>
    public long RowBytes => _liveBytes + _done.Bytes + _kept.Bytes;

    /// <summary>The floors as of now, for a store's merge.</summary>
    public PurgeFilter PurgeFilter => new(FinishedFloor, DeadFloor);

    /// <summary>Computes the content hash from all rows: what <see cref="ContentHash"/> must equal.</summary>
    public UInt128 RecomputeContentHash()
    {
        var sum = FloorsHash();
        foreach (var (key, value) in AllJobs())
        {
            sum += HashOf(key, value.Span);
        }

        foreach (var claim in _claims.Values)
        {
            sum += claim.Hash(_claimWriter);
        }

        return sum;
    }

    /// <summary>
    /// Whether a store's merge may drop a row: it lies below a floor, so no read and no apply sees it.
    /// </summary>
    public bool IsBelowFloor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => PurgeFilter.IsBelowFloor(key, value);

    private IEnumerable<(JobKey Key, ReadOnlyMemory<byte> Value)> AllJobs()
    {
        var waiting = 0L;
        foreach (var stored in AllRows(RowKeys.JobSpace))
        {
            var isKey = JobKey.TryDecode(stored.Key.Span[1..], out var key);
            Invariant.Require(isKey);
            if (JobPlace.TryRead(stored.Value.Span, out var place))
            {
                waiting++;
                var row = ReadAt(place, key, out var value);
                Invariant.Require(row.IsUnfinished && JobPlace.Of(row) == place);
                yield return (key, value);
            }
            else if (!IsGone(Decoded(stored.Value)))
            {
                yield return (key, stored.Value);
            }
        }

        // No row is left where its job is not any more: it would be triggered.
        Invariant.Require(CountRows(RowKeys.DueSpace) + CountRows(RowKeys.BacklogSpace) == waiting);
    }

    private long CountRows(byte space)
    {
        var count = 0L;
        foreach (var _ in AllRows(space))
        {
            count++;
        }

        return count;
    }

    private IEnumerable<StoredRow> AllRows(byte space)
    {
        const int Step = 256;
        var rows = new List<StoredRow>();
        byte[] from = [space];
        do
        {
            rows.Clear();
            _store.Scan(from, [(byte)(space + 1)], Step, rows);
            foreach (var stored in rows)
            {
                yield return stored;
            }

            from = rows.Count > 0 ? [.. rows[^1].Key.Span, 0] : from;
        }
        while (rows.Count == Step);
    }

    private JobRow? Find(JobKey key)
    {
        if (_claims.TryGetValue(key, out var claim))
        {
            return ReadAt(claim.Place, key, out _);
        }

        if (!_store.TryGet(RowKeys.WriteJob(_keyWriter, key), out var value))
        {
            return null;
        }

        if (JobPlace.TryRead(value.Span, out var place))
        {
            return ReadAt(place, key, out _);
        }

        var row = Decoded(value);
        return IsGone(row) ? null : row;
    }

    /// <summary>
    /// Finds a job that is said to wait somewhere: there first, where others that are due lie too, and by its id only
    /// if that is not so.
    /// </summary>
    private JobRow? FindWaiting(JobKey key, JobPlace said) =>
        _store.TryGet(said.WriteKey(_keyWriter, key), out var value) ? Decoded(value) : Find(key);

    private JobRow ReadAt(JobPlace place, JobKey key, out ReadOnlyMemory<byte> value)
    {
        var isThere = _store.TryGet(place.WriteKey(_keyWriter, key), out value);
        Invariant.Require(isThere);
        return Decoded(value);
    }

    private static JobRow Decoded(ReadOnlyMemory<byte> value)
    {
        var row = JobRow.Decode(value);
        Invariant.Require(row is not null);
        return row;
    }

    private bool IsGone(JobRow row) => PurgeFilter.IsOver(row.State, row.FinishedAt);

    /// <summary>Writes a job that waits for an attempt, in due order.</summary>
    private void Wait(JobKey key, JobRow? old, JobRow next)
    {
        next = next with { InBacklog = false };
        NoteDue(next.Due);
        PutRow(key, old, next);
        EmitArmed(key, next);
    }

    /// <summary>Ends a job: a small stub stays, and with a body only what can be sent again.</summary>
    private void Finish(JobKey key, JobRow old, JobRow row, JobState state)
    {
        var keepsBody = JobRow.IsKept(state);
        var stub = row with
        {
            State = state,
            FinishedAt = LogTime,
            InBacklog = false,
            Meta = keepsBody ? row.Meta : default,
            Trace = keepsBody ? row.Trace : default,
            Attempts = keepsBody ? row.Attempts : [],
        };
        PutRow(key, old, stub);
    }

    /// <summary>Writes a row where it belongs and nowhere else, and moves every count and hash with it.</summary>
    private void PutRow(JobKey key, JobRow? old, JobRow next)
    {
        JobPlace? from = old is { IsUnfinished: true } ? JobPlace.Of(old) : null;
        JobPlace? to = next.IsUnfinished ? JobPlace.Of(next) : null;
        if (old is not null)
        {
            Account(key, old, -1);
        }

        Account(key, next, 1);
        if (from is { } left && from != to)
        {
            _store.Delete(left.WriteKey(_keyWriter, key));
        }

        if (to is { } place)
        {
            _store.Put(place.WriteKey(_keyWriter, key), _rowWriter.Written);
            if (from == to)
            {
                return;
            }

            _rowWriter.Clear();
            place.Write(_rowWriter);
        }

        _store.Put(RowKeys.WriteJob(_keyWriter, key), _rowWriter.Written);
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
            _claimsHash -= old.Hash(_claimWriter);
        }

        _claims[claim.Key] = claim;
        _claimsHash += claim.Hash(_claimWriter);
    }

    private void DropClaim(OpenClaim claim)
    {
        _claims.Remove(claim.Key);
        _claimsHash -= claim.Hash(_claimWriter);
    }

    /// <summary>One route's unfinished jobs, and how many of them are filed under it.</summary>
    private readonly record struct RouteCounts(long Unfinished, long InBacklog);
}
