using TimeMachine.Core.Engine;
using TimeMachine.Core.Node;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Grains.Hosting;

/// <summary>
/// Where a node's turns put what leaves the process. Called on the node's thread: each hands on and returns at once.
/// </summary>
public interface INodeOutlets
{
    /// <summary>A batch for a peer. Its bytes are the node's again when this returns.</summary>
    public void SendBatch(in PeerBatch batch);

    /// <summary>A message to another node; it may be lost or come twice.</summary>
    public void SendMessage(in NodeEnvelope message);

    /// <summary>One attempt that is to be written to one socket, once; then
    /// <see cref="NodeMachine.EndAttempt"/>.</summary>
    public void BeginAttempt(in SendRequest attempt);

    /// <summary>The answer to a call.</summary>
    public void Answer(in CallAnswer answer);

    /// <summary>Something that must not happen did, a failed sync say: the process is to end. On any thread.</summary>
    public void Fail(Exception error);
}
