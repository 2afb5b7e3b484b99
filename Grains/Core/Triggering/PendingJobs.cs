using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// The waiting jobs that a node knows of, each once by (group, key). Chunks of structs and chains of numbers: no object
/// a job. References stay valid while others are added and removed.
/// </summary>
internal sealed class PendingJobs
{
    public const int None = -1;
    private const int ChunkSize = 512;
    private readonly List<PendingJob[]> _chunks = [];
    private int[] _buckets = NewBuckets(1024);
    private int _free = None;
    private int _used;
    private long _order;

    public int Count { get; private set; }

    /// <summary>Ids are below; those without a group are free.</summary>
    public int IdCount => _used;

    public ref PendingJob this[int id] => ref _chunks[id / ChunkSize][id % ChunkSize];

    public bool TryFind(LedGroup group, JobKey key, out int id)
    {
        id = _buckets[BucketOf(group, key)];
        while (id != None && !(this[id].Group == group && this[id].Key == key))
        {
            id = this[id].HashNext;
        }

        return id != None;
    }

    /// <summary>Adds a job that is not there yet.</summary>
    public int Add(LedGroup group, in DueJob job, RouteQueue queue)
    {
        if (Count >= _buckets.Length)
        {
            Rehash();
        }

        var id = Take();
        var bucket = BucketOf(group, job.Key);
        this[id] = new PendingJob
        {
            Group = group,
            Queue = queue,
            Key = job.Key,
            Version = job.Version,
            Due = job.Due,
            ExpiresAt = job.ExpiresAt,
            Order = _order++,
            AttemptCount = job.AttemptCount,
            Mode = job.Mode,
            HashNext = _buckets[bucket],
            GroupNext = group.FirstPending,
            GroupPrevious = None,
        };
        _buckets[bucket] = id;
        if (group.FirstPending != None)
        {
            this[group.FirstPending].GroupPrevious = id;
        }

        group.FirstPending = id;
        Count++;
        return id;
    }

    public void Remove(int id)
    {
        ref var job = ref this[id];
        UnlinkHash(BucketOf(job.Group, job.Key), id, job.HashNext);
        if (job.GroupPrevious == None)
        {
            job.Group.FirstPending = job.GroupNext;
        }
        else
        {
            this[job.GroupPrevious].GroupNext = job.GroupNext;
        }

        if (job.GroupNext != None)
        {
            this[job.GroupNext].GroupPrevious = job.GroupPrevious;
        }

        job = new PendingJob { HashNext = _free };
        _free = id;
        Count--;
    }

    private void UnlinkHash(int bucket, int id, int next)
    {
        if (_buckets[bucket] == id)
        {
            _buckets[bucket] = next;
            return;
        }

        var before = _buckets[bucket];
        while (this[before].HashNext != id)
        {
            before = this[before].HashNext;
        }

        this[before].HashNext = next;
    }

    private int Take()
    {
        if (_free != None)
        {
            var id = _free;
            _free = this[id].HashNext;
            return id;
        }

        if (_used == _chunks.Count * ChunkSize)
        {
            _chunks.Add(new PendingJob[ChunkSize]);
        }

        return _used++;
    }

    private int BucketOf(LedGroup group, JobKey key) =>
        (int)(((uint)key.GetHashCode() ^ ((uint)group.Id.Value * 0x9E3779B1)) & (uint)(_buckets.Length - 1));

    private void Rehash()
    {
        _buckets = NewBuckets(_buckets.Length * 2);
        for (var id = 0; id < _used; id++)
        {
            ref var job = ref this[id];
            if (job.Group is not null)
            {
                var bucket = BucketOf(job.Group, job.Key);
                job.HashNext = _buckets[bucket];
                _buckets[bucket] = id;
            }
        }
    }

    private static int[] NewBuckets(int count)
    {
        var buckets = new int[count];
        Array.Fill(buckets, None);
        return buckets;
    }
}
