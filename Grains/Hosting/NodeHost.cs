using System.Collections.Concurrent;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Core.Triggering;
using TimeMachine.Storage.Files;

namespace TimeMachine.Grains.Hosting;

/// <summary>Runs a node on a thread of its own, and answers calls from any other.</summary>
public sealed class NodeHost : INodeOutlets, IDisposable
{
    private const int WaitMsMax = 50;
    private readonly IPeerLinks _peers;
    private readonly IAttemptSender _sender;
    private readonly Action<Exception> _fail;
    private readonly NodeMachine _machine;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<CallAnswer>> _calls = new();
    private readonly Thread _thread;
    private ulong _nextToken;
    private volatile bool _isEnding;

    /// <summary>Opens what is on the disk, and starts.</summary>
    /// <param name="options">What the node is told.</param>
    /// <param name="files">The disk.</param>
    /// <param name="peers">The way to other nodes.</param>
    /// <param name="sender">Who makes attempts.</param>
    /// <param name="time">The clocks.</param>
    /// <param name="fail">Told of what must not happen: it ends the process. On any thread.</param>
    public NodeHost(
        NodeMachineOptions options,
        IFileSystem files,
        IPeerLinks peers,
        IAttemptSender sender,
        TimeProvider time,
        Action<Exception> fail)
    {
        (_peers, _sender, _fail) = (peers, sender, fail);
        _machine = new NodeMachine(options, files, this, time);
        _thread = new Thread(Run) { Name = $"node {options.Self}" };
        _thread.Start();
    }

    /// <summary>Which disk this is.</summary>
    public NodeIdentity Identity => _machine.Identity;

    /// <summary>Asks a vnode's group.</summary>
    /// <returns>The answer, when it is committed and applied or refused.</returns>
    public Task<CallAnswer> CallAsync(GroupId group, JobRequest request)
    {
        var (token, call) = Begin();
        _machine.Call(token, group, request);
        return call;
    }

    /// <summary>Lists jobs of a vnode.</summary>
    /// <returns>The answer, with its page.</returns>
    public Task<CallAnswer> ListAsync(GroupId group, JobListRequest request)
    {
        var (token, call) = Begin();
        _machine.CallList(token, group, request);
        return call;
    }

    /// <summary>Asks the system group.</summary>
    /// <returns>The answer, when it is committed and applied or refused.</returns>
    public Task<CallAnswer> CallSystemAsync(SystemCommand command)
    {
        var (token, call) = Begin();
        _machine.CallSystem(token, command);
        return call;
    }

    /// <summary>Looks at the node, or changes it, on its own thread.</summary>
    public Task<T> AskAsync<T>(Func<NodeMachine, T> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _machine.Post(() =>
        {
            try
            {
                answer.SetResult(question(_machine));
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                answer.SetException(error);
            }
        });
        return answer.Task;
    }

    /// <inheritdoc cref="NodeMachine.TakeBatch"/>
    public void TakeBatch(ReadOnlyMemory<byte> bytes) => _machine.TakeBatch(bytes);

    /// <inheritdoc cref="NodeMachine.TakeMessage"/>
    public void TakeMessage(ReadOnlyMemory<byte> bytes) => _machine.TakeMessage(bytes);

    /// <inheritdoc/>
    void INodeOutlets.SendBatch(in PeerBatch batch) => _peers.SendBatch(batch.Peer, batch.Lane, batch.Bytes.Span);

    /// <inheritdoc/>
    void INodeOutlets.SendMessage(in NodeEnvelope message) => _peers.SendMessage(message.To, message.Bytes);

    /// <inheritdoc/>
    void INodeOutlets.BeginAttempt(in SendRequest attempt)
    {
        var (group, claim) = (attempt.Group, attempt.Claim);
        _sender.Send(attempt, result => _machine.EndAttempt(group, claim, result));
    }

    /// <inheritdoc/>
    void INodeOutlets.Answer(in CallAnswer answer)
    {
        if (_calls.TryRemove(answer.Token, out var call))
        {
            call.SetResult(answer);
        }
    }

    /// <inheritdoc/>
    void INodeOutlets.Fail(Exception error) => _fail(error);

    /// <summary>Ends the thread and closes the files. Calls that are open get no answer any more.</summary>
    public void Dispose()
    {
        _isEnding = true;
        _machine.Post(static () => { });
        _thread.Join();
        _machine.Dispose();
        foreach (var call in _calls.Values)
        {
            call.TrySetCanceled();
        }
    }

    private (ulong Token, Task<CallAnswer> Call) Begin()
    {
        var token = Interlocked.Increment(ref _nextToken);
        var call = new TaskCompletionSource<CallAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[token] = call;
        return (token, call.Task);
    }

    private void Run()
    {
        try
        {
            while (!_isEnding)
            {
                _machine.Turn(WaitMsMax);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _fail(error);
        }
    }
}
