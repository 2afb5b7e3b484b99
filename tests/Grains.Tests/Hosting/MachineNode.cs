using TimeMachine.Core.Engine;
using TimeMachine.Core.Node;
using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Hosting;
using TimeMachine.Storage.Files;

namespace TimeMachine.Grains.Tests.Hosting;

/// <summary>One node of a test's cluster, on a real disk; its messages go straight to the others.</summary>
internal sealed class MachineNode : INodeOutlets, IDisposable
{
    private readonly MachineCluster _cluster;

    public MachineNode(MachineCluster cluster, NodeMachineOptions options, IFileSystem files)
    {
        _cluster = cluster;
        Machine = new NodeMachine(options, files, this, TimeProvider.System);
    }

    public NodeMachine Machine { get; }

    public NodeCore Core => Machine.Core;

    public Dictionary<ulong, CallAnswer> Answers { get; } = [];

    public List<SendRequest> Attempts { get; } = [];

    public List<Exception> Failures { get; } = [];

    /// <summary>Nodes that this one cannot reach.</summary>
    public HashSet<NodeId> Unreachable { get; } = [];

    public void SendBatch(in PeerBatch batch)
    {
        var bytes = batch.Bytes.ToArray();
        _cluster.Deliver(this, batch.Peer, node =>
        {
            node.Machine.TakeBatch(bytes);
            _cluster.BatchDelivered(node.Core.Self, bytes);
        });
    }

    public void SendMessage(in NodeEnvelope message)
    {
        var bytes = message.Bytes;
        _cluster.Deliver(this, message.To, node => node.Machine.TakeMessage(bytes));
    }

    public void BeginAttempt(in SendRequest attempt) => Attempts.Add(attempt);

    public void Answer(in CallAnswer answer) => Answers.Add(answer.Token, answer);

    public void Fail(Exception error) => Failures.Add(error);

    public void Dispose() => Machine.Dispose();
}
