using TimeMachine.Core.Engine;

namespace TimeMachine.Grains.Hosting;

/// <summary>The way to other nodes. What cannot leave is dropped: everything that matters is sent again.</summary>
public interface IPeerLinks
{
    /// <summary>Sends a batch; the bytes are the caller's again when this returns.</summary>
    public void SendBatch(NodeId peer, Lane lane, ReadOnlySpan<byte> bytes);

    /// <summary>Sends a message.</summary>
    public void SendMessage(NodeId node, byte[] bytes);
}
