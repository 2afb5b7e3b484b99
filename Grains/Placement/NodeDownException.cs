namespace TimeMachine.Grains.Placement;

/// <summary>The node that a grain lives on is no active member. Not one of the runtime's own exceptions: those are
/// tried again, for hundreds of milliseconds.</summary>
[GenerateSerializer]
[Alias("timemachine.node-down")]
public sealed class NodeDownException : Exception
{
    /// <summary>Says which node.</summary>
    public NodeDownException(string message)
        : base(message)
    {
    }
}
