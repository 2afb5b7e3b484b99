namespace TimeMachine.Core.Triggering;

/// <summary>The voters' nodes that some led groups have in common, and their due time in this turn.</summary>
internal sealed class ClockView(NodeId[] voters)
{
    public NodeId[] Voters { get; } = voters;

    public int GroupCount { get; set; }

    /// <summary>Whether a majority of the clocks was fresh at the last advance.</summary>
    public bool IsValid { get; set; }

    public UnixMs Now { get; set; }
}
