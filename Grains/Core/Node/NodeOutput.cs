using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Node;

/// <summary>The answer to a call.</summary>
/// <param name="Token">The call's token.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Leader">Of NotLeader: the node that leads, if known.</param>
public readonly record struct CallAnswer(ulong Token, JobAnswer Answer, NodeId Leader);

/// <summary>A message to another node, outside of Raft.</summary>
public readonly record struct NodeEnvelope(NodeId To, byte[] Bytes);

/// <summary>Everything that a node gives out in a turn or while it applies: data only, lists reused.</summary>
public sealed class NodeOutput
{
    /// <summary>What the engine gives out.</summary>
    public EngineOutput Engine { get; } = new();

    /// <summary>Answers to calls. Each leaves only once what it tells is committed and applied.</summary>
    public List<CallAnswer> Answers { get; } = [];

    /// <summary>Messages to other nodes.</summary>
    public List<NodeEnvelope> Messages { get; } = [];

    /// <summary>Claimed attempts: at its time the sender asks TryBeginSend, and writes if it may.</summary>
    public List<ReadySend> Sends { get; } = [];

    /// <summary>Groups to checkpoint; answered by OnCheckpointEnded.</summary>
    public List<GroupId> Checkpoints { get; } = [];

    /// <summary>Groups whose rows here turned out to be damaged: the host ends the replica, or leaves it as it is if it
    /// has no peers. Nothing of it is read or applied any more.</summary>
    public List<GroupId> Damaged { get; } = [];

    /// <summary>Empties the lists.</summary>
    public void Clear()
    {
        Answers.Clear();
        Messages.Clear();
        Sends.Clear();
        Checkpoints.Clear();
        Damaged.Clear();
    }
}
