using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>A claim that took effect, and what became of it.</summary>
/// <param name="fact">The claim as committed.</param>
/// <param name="node">The leader that appended it.</param>
public sealed class ClaimRecord(ClaimFact fact, NodeId node)
{
    /// <summary>The claim as committed.</summary>
    public ClaimFact Fact { get; } = fact;

    /// <summary>The leader that appended it.</summary>
    public NodeId Node { get; } = node;

    /// <summary>The one request that was sent for it, or null.</summary>
    public SendRecord? Send { get; internal set; }

    /// <summary>How it was resolved; None while it is open or superseded.</summary>
    public OutcomeFactKind Outcome { get; internal set; }

    /// <summary>The job's state behind the outcome.</summary>
    public JobStatus Result { get; internal set; }

    /// <summary>Whether a later claim took its place.</summary>
    public bool IsSuperseded { get; internal set; }

    /// <summary>Whether nothing resolved it yet.</summary>
    public bool IsOpen => Outcome == OutcomeFactKind.None && !IsSuperseded;
}
