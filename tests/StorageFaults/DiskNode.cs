using System.Collections.Concurrent;
using System.Diagnostics;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.StorageFaults;

/// <summary>
/// One whole node on a real disk, alone in its cluster: the product's core, log and job stores, with groups of one
/// voter. One thread owns it; writes, syncs and checkpoints end on others and are reported to it.
/// </summary>
public sealed partial class DiskNode : ILogWriterObserver, ICheckpointObserver, IDisposable
{
    /// <summary>How many vnodes it has.</summary>
    public const int VNodeCount = 6;

    private const long EpochMs = 1_800_000_000_000;
    private static readonly NodeId Self = new(1);

    private readonly ConcurrentQueue<Action> _events = new();
    private readonly Queue<ApplyRange> _toApply = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly NodeOutput _output = new();
    private readonly Dictionary<GroupId, ReplicaStore> _stores = [];
    private readonly DirectoryLock _lock;
    private readonly LogDirectory _log;
    private readonly LogWriter _writer;
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly int _life;
    private readonly LogOptions _logOptions;

    /// <summary>Opens what is on the disk, or begins anew on an empty one.</summary>
    /// <param name="path">The node's data directory.</param>
    /// <param name="life">A number that no other life of the directory had; it moves the wall clock on.</param>
    /// <param name="files">The disk; the machine's own if none is given.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="IOException">Another process has the directory.</exception>
    public DiskNode(string path, int life, IFileSystem? files = null, DiskNodeOptions? options = null)
    {
        (_path, _life) = (path, life);
        options ??= new DiskNodeOptions();
        _logOptions = LogOptionsOf(options);
        _files = files ?? RealFileSystem.EndingTheProcess();
        _lock = DirectoryLock.Take(path);
        _log = LogDirectory.Open(_files, Path.Combine(path, "raft"), _logOptions.SegmentBytes);
        using (var images = _log.ReadImages())
        {
            var recovered = LogRecovery.Recover(_logOptions, images.All, Now);
            Invariant.Require(recovered.Log is not null && !recovered.IsFramingLost);
            var dead = recovered.DeadReplicas.Select(replica => replica.Replica);
            var engine = new NodeEngine(EngineOptionsOf(_logOptions), Self, recovered.Log, dead, Seed);
            Core = new NodeCore(OptionsOf(options), engine, 1, Seed);
            PrepareSlots();
            foreach (var group in recovered.Groups)
            {
                Open(group);
            }
        }

        _writer = new LogWriter(_log, this);
        _runner = new CheckpointRunner(this, new CheckpointOptions().AtOnceMax);
        if (Core.Replicas.Count == 0)
        {
            Form();
        }
    }

    /// <summary>The core.</summary>
    public NodeCore Core { get; }

    /// <summary>Monotonic time since the start of this life.</summary>
    public MonoMs Now => new(1 + _watch.ElapsedMilliseconds);

    /// <summary>Told of each answer, in order.</summary>
    public Action<CallAnswer> Answered { get; set; } = static _ => { };

    /// <summary>Where calls put answers that need no log.</summary>
    public NodeOutput Output => _output;

    private ulong Seed => (ulong)_life + 1;

    /// <summary>Runs turns until a condition holds.</summary>
    /// <exception cref="TimeoutException">It does not within a minute.</exception>
    public void RunUntil(Func<bool> isOver)
    {
        ArgumentNullException.ThrowIfNull(isOver);
        var end = Now + 60_000;
        while (!isOver())
        {
            if (Now > end)
            {
                throw new TimeoutException(Core.Describe(Now));
            }

            Turn();
        }
    }

    /// <summary>Whether every group here leads and has applied all that its log holds.</summary>
    public bool IsReady() => Core.Replicas.Count == VNodeCount + 1 && Core.Engine.Groups.All(raft =>
        raft is { Role: RaftRole.Leader, HasCommittedInTerm: true } && raft.AppliedIndex == raft.Log.LastIndex);

    /// <summary>Takes in what has ended, does what is to be done, and waits if that was nothing.</summary>
    public void Turn()
    {
        while (_events.TryDequeue(out var ended))
        {
            ended();
        }

        Core.Sample(Now, new UnixMs(EpochMs + (_life * 1_000_000L) + Now.Value));
        Core.Advance(Now, _output);
        Prepare();
        foreach (var batch in _output.Engine.Logs)
        {
            _writer.Write(batch);
        }

        _output.Engine.Applies.ForEach(_toApply.Enqueue);
        while (_toApply.Count > 0 && !Core.IsApplyHeld)
        {
            Core.Apply(_toApply.Dequeue(), Now, _output);
        }

        _output.Answers.ForEach(Answered);
        BeginCheckpoints();
        _output.Clear();
        if (!Core.HasWork(Now))
        {
            _wake.WaitOne((int)Math.Clamp(Core.NextDeadline(Now) - Now, 0, 50));
        }
    }

    /// <inheritdoc/>
    public void OnSynced(long batch) => Post(() => Core.Engine.OnSynced(batch, Now));

    /// <inheritdoc/>
    public void OnPrepared(int slot, bool isPrepared) => Post(() => Core.Engine.OnPrepared(slot, isPrepared, Now));

    /// <inheritdoc/>
    public void OnFailed(Exception error) => Environment.FailFast("Log or checkpoints failed.", error);

    /// <summary>Ends the threads and closes the files; what is not synced is as after a kill.</summary>
    public void Dispose()
    {
        _runner.Dispose();
        _writer.Dispose();
        foreach (var store in _stores.Values)
        {
            store.Dispose();
        }

        _log.Dispose();
        _wake.Dispose();
        _lock.Dispose();
    }

    private static ReplicaId ReplicaOf(GroupId group) => new((1UL << 32) + (ulong)group.Value + 1);

    private static LogOptions LogOptionsOf(DiskNodeOptions options) => new()
    {
        SegmentBytes = 1024 * 1024,
        SlotsMax = 24,
        RetainBytes = 2 * 1024 * 1024,
        RetainMs = 500,
        ReserveBytes = options.LogReserveBytes,
        BatchBytesMax = 512 * 1024,
    };

    private static EngineOptions EngineOptionsOf(LogOptions log) => new()
    {
        Raft = new RaftOptions { HeartbeatMs = 10, ElectionMinMs = 60, ElectionMaxMs = 120 },
        PayloadBytesMax = log.PayloadBytesMax,
    };

    private NodeOptions OptionsOf(DiskNodeOptions options) => new()
    {
        Engine = EngineOptionsOf(_logOptions),
        VNodeCount = VNodeCount,
        Checkpoints = new CheckpointOptions
        {
            EntriesMax = 300,
            AgeMsMax = 400,
            RetryMs = 100,
            FreshBytesMax = options.FreshBytesMax,
        },
    };

    private void Post(Action ended)
    {
        _events.Enqueue(ended);
        _wake.Set();
    }

    private void PrepareSlots()
    {
        while (Core.Engine.Log.TryTakePrepare(Now, out var prepare))
        {
            Core.Engine.OnPrepared(prepare.Slot, _log.TryPrepare(prepare.Slot), Now);
        }
    }

    private void Prepare()
    {
        foreach (var prepare in _output.Engine.Prepares)
        {
            _writer.Prepare(prepare.Slot);
        }

        foreach (var location in _output.Engine.RewriteReads)
        {
            var bytes = new byte[location.Length];
            var isThere = _log.TryRead(location, bytes) && Core.Engine.OnRewriteRead(location, bytes);
            Invariant.Require(isThere);
        }
    }

    private void Open(RecoveredGroup group)
    {
        var store = StoreOf(group.Group);
        var hasPoint = AppliedPoint.TryRead(store.Rows, out var point);
        _checkpoints[group.Group] = point.Index;
        var judged = ReplicaRecovery.Judge(group, hasPoint ? store.Rows : null, Core.Engine.Arena);
        if (judged.Verdict != ReplicaVerdict.Open)
        {
            throw new StoreDamagedException($"The replica of group {group.Group} is lost: its log begins behind "
                + $"{group.BaseIndex}, its status is {group.Status}.");
        }

        Core.Open(judged, store.Rows, Now);
    }

    private void Form()
    {
        for (var group = 0; group <= VNodeCount; group++)
        {
            var id = new GroupId(group);
            var voter = new Member(ReplicaOf(id), Self, MemberKind.Voter);
            var isCreated = Core.Create(id, voter.Replica, new Configuration([voter]), StoreOf(id).Rows, Now);
            Invariant.Require(isCreated);
        }
    }

    private ReplicaStore StoreOf(GroupId group)
    {
        var path = Path.Combine(_path, "store", group.ToString());
        _files.CreateDirectory(Path.Combine(_path, "store"));
        var store = ReplicaStore.Open(_files, path, new JobStoreOptions());
        _stores.Add(group, store);
        return store;
    }
}
