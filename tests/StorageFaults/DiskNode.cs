using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Hosting;
using TimeMachine.Storage.Files;

namespace TimeMachine.StorageFaults;

/// <summary>
/// The product's node on a real disk, alone in its cluster: groups of one voter. The test's own thread is the node's.
/// </summary>
public sealed class DiskNode : INodeOutlets, IDisposable
{
    /// <summary>How many vnodes it has.</summary>
    public const int VNodeCount = 6;

    private const int WaitMsMax = 50;
    private readonly NodeMachine _machine;

    /// <summary>Opens what is on the disk, or begins anew on an empty one.</summary>
    /// <param name="path">The node's data directory.</param>
    /// <param name="life">A number that no other life of the directory had; it moves the wall clock on.</param>
    /// <param name="files">The disk; the machine's own if none is given.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="IOException">Another process has the directory.</exception>
    public DiskNode(string path, int life, IFileSystem? files = null, DiskNodeOptions? options = null)
    {
        var machineOptions = OptionsOf(path, life, options ?? new DiskNodeOptions());
        _machine = new NodeMachine(
            machineOptions, files ?? RealFileSystem.EndingTheProcess(), this, new LifeTime(life));
    }

    /// <summary>The core.</summary>
    public NodeCore Core => _machine.Core;

    /// <summary>Monotonic time since the start of this life.</summary>
    public MonoMs Now => _machine.Now;

    /// <summary>Told of each answer, in order.</summary>
    public Action<CallAnswer> Answered { get; set; } = static _ => { };

    /// <summary>Where calls put answers that need no log.</summary>
    public NodeOutput Output => _machine.Output;

    /// <summary>How many checkpoints found no room.</summary>
    public int CheckpointsWithoutRoom => _machine.CheckpointsWithoutRoom;

    /// <summary>The applied index of a group's last checkpoint that is durable.</summary>
    public LogIndex CheckpointOf(GroupId group) => _machine.CheckpointOf(group);

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

    /// <summary>One turn of the node.</summary>
    public void Turn() => _machine.Turn(WaitMsMax);

    /// <inheritdoc/>
    public void SendBatch(in PeerBatch batch) => throw new InvariantViolationException("it is alone");

    /// <inheritdoc/>
    public void SendMessage(in NodeEnvelope message) => throw new InvariantViolationException("it is alone");

    /// <inheritdoc/>
    public void BeginAttempt(in SendRequest attempt) => throw new InvariantViolationException("nothing is due");

    /// <inheritdoc/>
    public void Answer(in CallAnswer answer) => Answered(answer);

    /// <inheritdoc/>
    public void Fail(Exception error) => Environment.FailFast("The node failed.", error);

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    private static NodeMachineOptions OptionsOf(string path, int life, DiskNodeOptions options)
    {
        var log = new LogOptions
        {
            SegmentBytes = 1024 * 1024,
            SlotsMax = 24,
            RetainBytes = 2 * 1024 * 1024,
            RetainMs = 500,
            ReserveBytes = options.LogReserveBytes,
            BatchBytesMax = 512 * 1024,
        };
        return new NodeMachineOptions
        {
            Self = new NodeId(1),
            DataDirectory = path,
            LogDirectory = Path.Combine(path, "raft"),
            Log = log,
            Node = new NodeOptions
            {
                Engine = new EngineOptions
                {
                    Raft = new RaftOptions { HeartbeatMs = 10, ElectionMinMs = 60, ElectionMaxMs = 120 },
                    PayloadBytesMax = log.PayloadBytesMax,
                },
                VNodeCount = VNodeCount,
                Checkpoints = new CheckpointOptions
                {
                    EntriesMax = 300,
                    AgeMsMax = 400,
                    RetryMs = 100,
                    FreshBytesMax = options.FreshBytesMax,
                },
            },
            Forms = true,
            Seed = (ulong)life + 1,
        };
    }

    /// <summary>The machine's time, with a wall clock of each life's own.</summary>
    private sealed class LifeTime(int life) : TimeProvider
    {
        private const long EpochMs = 1_800_000_000_000;
        private readonly long _begun = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() =>
            DateTimeOffset.FromUnixTimeMilliseconds(EpochMs + (life * 1_000_000L)) + System.GetElapsedTime(_begun);
    }
}
