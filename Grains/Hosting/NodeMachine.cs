using System.Collections.Concurrent;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Core.Triggering;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Grains.Hosting;

/// <summary>
/// One node: the core, its log and its job stores on a disk. It carries bytes and reports what became of them; it
/// decides nothing. One thread owns it and calls <see cref="Turn"/>; writes, syncs, checkpoints and images end on
/// others and are handed to it.
/// </summary>
public sealed partial class NodeMachine : ILogWriterObserver, IDisposable
{
    private readonly NodeMachineOptions _options;
    private readonly IFileSystem _files;
    private readonly INodeOutlets _outlets;
    private readonly NodeClock _clock;
    private readonly ConcurrentQueue<Action> _inputs = new();
    private readonly AutoResetEvent _news = new(initialState: false);
    private readonly Queue<ApplyRange> _toApply = new();
    private readonly NodeOutput _output = new();
    private readonly DirectoryLock _lock;
    private readonly LogDirectory _log;
    private readonly LogWriter _writer;
    private readonly PriorityQueue<ReadySend, long> _sends = new();
    private int _isWaiting;

    /// <summary>Opens what is on the disk.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="files">The disk.</param>
    /// <param name="outlets">Where its output goes.</param>
    /// <param name="time">The clocks.</param>
    /// <exception cref="DirectoryInUseException">Another process has the directory.</exception>
    /// <exception cref="InvalidDataException">The disk is another node's, or holds what cannot be read and is nowhere
    /// else: it was left as it is.</exception>
    /// <exception cref="StorageFullException">There is no room to start.</exception>
    public NodeMachine(NodeMachineOptions options, IFileSystem files, INodeOutlets outlets, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        (_options, _files, _outlets, _clock) = (options, files, outlets, new NodeClock(time));
        _lock = DirectoryLock.Take(options.DataDirectory);
        _log = LogDirectory.Open(files, options.LogDirectory, options.Log.SegmentBytes);
        try
        {
            Identity = ReadIdentity();
            Core = Recover();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It may be tried again by the same process.
            CloseFiles();
            throw;
        }

        _writer = new LogWriter(_log, this);
        _checkpointRunner = new CheckpointRunner(this, options.Node.Checkpoints.AtOnceMax);
        _installer = new ImageInstaller(_outlets.Fail);
        try
        {
            FormIfNew();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The core. For the thread that owns the node.</summary>
    public NodeCore Core { get; }

    /// <summary>Which disk this is.</summary>
    public NodeIdentity Identity { get; private set; }

    /// <summary>Monotonic time since the start.</summary>
    public MonoMs Now => _clock.Now;

    /// <summary>Batches and messages of other nodes that were malformed or of an unknown version.</summary>
    public long Refused { get; private set; }

    /// <summary>Where calls put answers that need no log. For the thread that owns the node.</summary>
    public NodeOutput Output => _output;

    /// <summary>Hands something to the thread that owns the node; from any thread.</summary>
    public void Post(Action input)
    {
        _inputs.Enqueue(input);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            _news.Set();
        }
    }

    /// <summary>A call of a client; from any thread. The answer comes by <see cref="INodeOutlets.Answer"/>.</summary>
    /// <param name="token">Comes back with the answer; not used before, below 2^61.</param>
    /// <param name="group">The vnode's group.</param>
    /// <param name="request">The request, validated.</param>
    public void Call(ulong token, GroupId group, JobRequest request) => Post(() =>
    {
        if (!IsStopped(token, group))
        {
            Core.Call(token, group, request, Now, _output);
        }
    });

    /// <summary>A call that lists jobs of a vnode; from any thread.</summary>
    /// <param name="token">Comes back with the answer; not used before, below 2^61.</param>
    /// <param name="group">The vnode's group.</param>
    /// <param name="request">What to list.</param>
    public void CallList(ulong token, GroupId group, JobListRequest request) => Post(() =>
    {
        if (!IsStopped(token, group))
        {
            Core.CallList(token, group, request, Now, _output);
        }
    });

    /// <summary>A call that concerns routes or nodes; from any thread.</summary>
    /// <param name="token">Comes back with the answer; not used before, below 2^61.</param>
    /// <param name="command">The command, validated.</param>
    public void CallSystem(ulong token, SystemCommand command) =>
        Post(() => Core.CallSystem(token, command, Now, _output));

    /// <summary>A batch of a peer; from any thread. Its bytes are the node's from now on.</summary>
    public void TakeBatch(ReadOnlyMemory<byte> bytes) => Post(() => Refuse(Core.Engine.Receive(bytes, Now)));

    /// <summary>A message of another node; from any thread. Its bytes are the node's from now on.</summary>
    public void TakeMessage(ReadOnlyMemory<byte> bytes) => Post(() => Refuse(Core.Receive(bytes, Now, _output)));

    /// <summary>An attempt ended; from any thread.</summary>
    public void EndAttempt(GroupId group, CommandNumber claim, AttemptResult result) =>
        Post(() => Core.Trigger.OnAttemptEnded(group, claim, result, Now));

    /// <summary>Takes in what has ended, does what is to be done, and waits if that was nothing.</summary>
    /// <param name="waitMsMax">The longest wait for news, in ms.</param>
    public void Turn(int waitMsMax)
    {
        while (_inputs.TryDequeue(out var input))
        {
            input();
        }

        var (mono, wall) = _clock.Sample();
        Core.Sample(mono, wall);
        Core.Advance(Now, _output);
        LoseDamaged();
        var engine = _output.Engine;
        Prepare(engine);
        engine.Logs.ForEach(_writer.Write);
        if (engine.Logs.Count > 0)
        {
            _formedBy = Math.Min(_formedBy, engine.Logs[^1].Number);
        }

        engine.Batches.ForEach(batch => _outlets.SendBatch(batch));
        engine.Applies.ForEach(_toApply.Enqueue);
        while (_toApply.Count > 0 && !Core.IsApplyHeld)
        {
            Core.Apply(_toApply.Dequeue(), Now, _output);
        }

        LoseDamaged();
        Speak();
        ReadForPeers(engine);
        TakeImages(engine);
        TakeWanted(engine);
        BeginCheckpoints();
        TendStores();
        Send();

        // A replica that was lost on the way had calls open.
        Speak();
        _output.Clear();
        Wait(waitMsMax);
    }

    /// <inheritdoc/>
    public void OnSynced(long batch) => Post(() =>
    {
        Core.Engine.OnSynced(batch, Now);
        MarkFormed(batch);
    });

    /// <inheritdoc/>
    public void OnPrepared(int slot, bool isPrepared) => Post(() => Core.Engine.OnPrepared(slot, isPrepared, Now));

    /// <inheritdoc cref="INodeOutlets.Fail"/>
    public void OnFailed(Exception error) => _outlets.Fail(error);

    /// <summary>Ends the threads and closes the files; what is not synced is as after a kill.</summary>
    public void Dispose()
    {
        _installer.Dispose();
        _checkpointRunner.Dispose();
        _writer.Dispose();
        CloseImages();
        CloseFiles();
    }

    private bool IsStopped(ulong token, GroupId group)
    {
        var isStopped = _stopped.Contains(group);
        if (isStopped)
        {
            _output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.VNodeDamaged), default));
        }

        return isStopped;
    }

    private void CloseFiles()
    {
        foreach (var store in _stores.Values.Concat(_closing.Keys))
        {
            store.Dispose();
        }

        _log.Dispose();
        _news.Dispose();
        _lock.Dispose();
    }

    private void Refuse(ErrorCode error) => Refused += error == ErrorCode.None ? 0 : 1;

    private void SendMessage(NodeEnvelope message)
    {
        if (message.To == _options.Self)
        {
            TakeMessage(message.Bytes);
        }
        else
        {
            _outlets.SendMessage(message);
        }
    }

    private void Speak()
    {
        _output.Messages.ForEach(SendMessage);
        _output.Messages.Clear();
        _output.Answers.ForEach(answer => _outlets.Answer(answer));
        _output.Answers.Clear();
    }

    private void LoseDamaged()
    {
        _output.Damaged.ForEach(LoseReplica);
        _output.Damaged.Clear();
    }

    private void Wait(int waitMsMax)
    {
        if (!_inputs.IsEmpty || Core.HasWork(Now))
        {
            return;
        }

        Volatile.Write(ref _isWaiting, 1);
        Interlocked.MemoryBarrier();
        if (_inputs.IsEmpty)
        {
            var next = Core.NextDeadline(Now);
            if (_sends.TryPeek(out _, out var at) && at < next.Value)
            {
                next = new MonoMs(at);
            }

            _news.WaitOne((int)Math.Clamp(next - Now, 0, waitMsMax));
        }

        Volatile.Write(ref _isWaiting, 0);
    }

    private void Prepare(EngineOutput engine)
    {
        foreach (var prepare in engine.Prepares)
        {
            _writer.Prepare(prepare.Slot);
        }

        foreach (var location in engine.RewriteReads)
        {
            var bytes = new byte[location.Length];
            _log.TryRead(location, bytes);

            // What could not be read does not verify either. Each read is answered: recycling waits for it.
            if (!Core.Engine.OnRewriteRead(location, bytes))
            {
                LoseReplica(location.Group);
            }
        }
    }

    /// <summary>Each claimed attempt is asked for at its time; what may not be written yet comes again.</summary>
    private void Send()
    {
        foreach (var send in _output.Sends)
        {
            _sends.Enqueue(send, send.At.Value);
        }

        while (_sends.TryPeek(out var ready, out var at) && at <= Now.Value)
        {
            _sends.Dequeue();
            if (Core.TryBeginSend(ready.Group, ready.Claim, Now, out var attempt))
            {
                _outlets.BeginAttempt(attempt);
            }
        }
    }
}
