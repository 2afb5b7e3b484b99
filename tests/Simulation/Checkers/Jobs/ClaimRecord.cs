using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>A claim that took effect, and what became of it.</summary>
/// <param name="fact">The claim as committed.</param>
/// <param name="node">The leader that appended it.</param>
/// <param name="appendedUs">When it did, by true time.</param>
public sealed class ClaimRecord(ClaimFact fact, NodeId node, long appendedUs)
{
    /// <summary>The claim as committed.</summary>
    public ClaimFact Fact { get; } = fact;

    /// <summary>The leader that appended it.</summary>
    public NodeId Node { get; } = node;

    /// <summary>When the leader appended it, by true time.</summary>
    public long AppendedUs { get; } = appendedUs;

    /// <summary>The one request that was sent for it, or null.</summary>
    public SendRecord? Send { get; internal set; }

    /// <summary>How it was resolved; None while it is open or superseded.</summary>
    public OutcomeFactKind Outcome { get; internal set; }

    /// <summary>The job's state behind the outcome.</summary>
    public JobStatus Result { get; internal set; }

    /// <summary>Whether a later claim took its place.</summary>
    public bool IsSuperseded { get; internal set; }

    /// <summary>Whether it was unresolved when its group changed leaders.</summary>
    public bool IsInherited { get; internal set; }

    /// <summary>Whether its node asked, right before the write, and gave it back instead: it is never sent.</summary>
    public bool IsGivenBack { get; internal set; }

    /// <summary>Whether bytes of its request were written, so that a recipient may have seen the key.</summary>
    public bool WasWritten => Send is { Plan.Saw: not SenderSaw.ConnectRefused };

    /// <summary>Whether nothing resolved it yet.</summary>
    public bool IsOpen => Outcome == OutcomeFactKind.None && !IsSuperseded;
}
