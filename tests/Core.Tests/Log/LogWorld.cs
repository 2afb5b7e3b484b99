using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

/// <summary>A node log on a disk in memory, beside a model of what it must hold after each batch.</summary>
internal sealed class LogWorld
{
    private readonly SortedDictionary<long, Model> _history = [];
    private ulong _lastReplica;

    public LogWorld(LogOptions? options = null)
    {
        Options = options ?? SmallOptions;
        Disk = new TestDisk(Options.SegmentBytes);
        Recover();
    }

    public static LogOptions SmallOptions { get; } = new()
    {
        LogId = 0x1122334455667788,
        SegmentBytes = 8 * 1024,
        SlotsMax = 10,
        RetainBytes = 16 * 1024,
        RetainMs = 1_000,
        ReserveBytes = 8 * 1024,
        RewriteBytesMax = 2 * 1024,
    };

    public LogOptions Options { get; }

    public TestDisk Disk { get; private set; }

    public NodeLog Log { get; private set; } = null!;

    public Model Model { get; private set; } = new();

    public MonoMs Now { get; set; } = new(1_000);

    public LogRecoveryResult Recovered { get; private set; } = null!;

    public IReadOnlyDictionary<long, Model> History => _history;

    /// <summary>How many segments were begun.</summary>
    public int Rolls { get; private set; }

    /// <summary>How many recoveries cut a tail.</summary>
    public int Cuts { get; private set; }

    /// <summary>How many recoveries took a batch that was never reported synced.</summary>
    public int Survivals { get; private set; }

    /// <summary>How many entries recycling wrote again.</summary>
    public int Rewrites { get; private set; }

    public void PrepareAll()
    {
        while (PrepareOne())
        {
        }
    }

    /// <summary>Prepares the next slot.</summary>
    /// <returns>False if none is wanted.</returns>
    public bool PrepareOne()
    {
        if (!Log.TryTakePrepare(Now, out var prepare))
        {
            return false;
        }

        Assert.Equal(LogOperationKind.Prepare, prepare.Kind);
        Disk.Prepare(prepare.Slot);
        Log.OnPrepared(prepare.Slot, succeeded: true, Now);
        return true;
    }

    public bool Start(GroupId group, long baseIndex = 0, long baseTerm = 0, string configuration = "c0")
    {
        var replica = new ReplicaId(_lastReplica + 1);
        var bytes = Bytes(configuration);
        var status = Log.StartGroup(group, replica, new LogIndex(baseIndex), new Term(baseTerm), bytes);
        if (status != LogAppendStatus.Appended)
        {
            return false;
        }

        _lastReplica++;
        Model.Groups[group.Value] = new ModelGroup(replica)
        {
            BaseIndex = new LogIndex(baseIndex),
            BaseTerm = new Term(baseTerm),
            BaseConfiguration = bytes,
            Checkpoint = new LogIndex(baseIndex),
        };
        return true;
    }

    public bool Restart(GroupId group, LogIndex index, Term term, string configuration)
    {
        if (Log.RestartGroup(group, index, term, Bytes(configuration)) != LogAppendStatus.Appended)
        {
            return false;
        }

        var model = Model.Groups[group.Value];
        (model.BaseIndex, model.BaseTerm, model.BaseConfiguration) = (index, term, Bytes(configuration));
        model.Checkpoint = index;
        model.Entries.Clear();
        return true;
    }

    public bool End(GroupId group)
    {
        if (Log.EndGroup(group) != LogAppendStatus.Appended)
        {
            return false;
        }

        Model.Dead.Add(Model.Groups[group.Value].Replica.Value);
        Model.Groups.Remove(group.Value);
        return true;
    }

    public LogAppendStatus Append(GroupId group, long index, long term, byte kind, byte[] payload)
    {
        var status = Log.AppendEntry(group, new LogIndex(index), new Term(term), kind, payload);
        if (status == LogAppendStatus.Appended)
        {
            var model = Model.Groups[group.Value];
            model.TruncateFrom(new LogIndex(index));
            model.Entries[index] = new LogEntry(new LogIndex(index), new Term(term), kind, payload);
        }

        return status;
    }

    public bool HardState(GroupId group, long term, ulong vote, long commit)
    {
        var status = Log.AppendHardState(group, new Term(term), new ReplicaId(vote), new LogIndex(commit));
        if (status == LogAppendStatus.Appended)
        {
            var model = Model.Groups[group.Value];
            (model.Term, model.Vote, model.Commit) = (new Term(term), new ReplicaId(vote), new LogIndex(commit));
        }

        return status == LogAppendStatus.Appended;
    }

    public void Checkpoint(GroupId group, LogIndex index)
    {
        Log.SetCheckpoint(group, index);
        var model = Model.Groups[group.Value];
        model.Checkpoint = index > model.Checkpoint ? index : model.Checkpoint;
    }

    /// <summary>Seals and hands the batch to the disk, unsynced.</summary>
    public LogBatch? Seal()
    {
        var batch = Log.Seal(Now);
        Keep(batch);
        return batch;
    }

    public LogBatch? Marker()
    {
        Log.TrySealIdleMarker(Now, out var batch);
        Keep(batch);
        return batch;
    }

    public void Sync(long batch)
    {
        Disk.Sync(batch);
        Log.OnSynced(batch, Now);
    }

    /// <summary>A whole turn: rewrites read, sealed, synced.</summary>
    public LogBatch? Turn()
    {
        AnswerReads(16);
        var batch = Seal();
        Sync(Log.SealedBatch);
        PrepareAll();
        return batch;
    }

    public void AnswerReads(int countMax)
    {
        var reads = new List<LogLocation>();
        Log.TakeRewriteReads(countMax, reads);
        foreach (var read in reads)
        {
            Rewrites++;
            Assert.True(Log.OnRewriteRead(read, Disk.Read(read.Slot, read.Offset, read.Length)));
        }
    }

    /// <summary>Recovers from what a crash left: the state after some batch from the synced one on.</summary>
    public void CrashAndRecover(ref SplitMix64 random)
    {
        var (synced, latest) = (Log.SyncedBatch, Model);
        Disk.Crash(ref random);
        Recover();
        var last = Recovered.NextBatch - 1;
        Cuts += Recovered.IsTailCut ? 1 : 0;
        Survivals += last > synced ? 1 : 0;
        Assert.True(last >= synced, $"batch {synced} was synced, recovered up to {last}");
        Model = last == 0 ? new Model() : _history[last].Clone();
        Model.ShouldBe(Recovered, latest);
        foreach (var (id, group) in Model.Groups)
        {
            // The record of an installed image may be lost though the image is there: then its index is not in the log.
            var known = latest.Groups.GetValueOrDefault(id);
            var checkpoint = known?.Replica == group.Replica ? known.Checkpoint : group.Checkpoint;
            group.Checkpoint = checkpoint > group.Last ? group.Last : checkpoint;
            Log.SetCheckpoint(new GroupId(id), group.Checkpoint);
        }

        foreach (var later in _history.Keys.Where(number => number > last).ToList())
        {
            _history.Remove(later);
        }
    }

    public void Recover()
    {
        Recovered = LogRecovery.Recover(Options, Disk.Images(), Now);
        Assert.Equal(LogRecoveryStatus.Recovered, Recovered.Status);
        Log = Recovered.Log!;
        PrepareAll();
    }

    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private void Keep(LogBatch? batch)
    {
        if (batch is not null)
        {
            Disk.Write(batch);
            Rolls += batch.Operations.Count - 1;
            _history[batch.Number] = Model.Clone();
        }
    }
}
