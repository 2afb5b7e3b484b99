namespace TimeMachine.Core.Triggering;

/// <summary>Commands to propose in a led group, as the payload of one entry.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">Names the proposal in <see cref="TriggerEngine.OnProposalFailed"/>.</param>
/// <param name="Payload">An encoded command batch; valid until the next advance.</param>
public readonly record struct TriggerProposal(GroupId Group, long Id, ReadOnlyMemory<byte> Payload);

/// <summary>A claim that is committed: connect, and ask <see cref="TriggerEngine.TryBeginSend"/> at its time.</summary>
/// <param name="Group">The group.</param>
/// <param name="Claim">The claim's number.</param>
/// <param name="Due">When the attempt is due.</param>
/// <param name="At">The same on this node's monotonic clock; the past means now.</param>
public readonly record struct ReadySend(GroupId Group, CommandNumber Claim, UnixMs Due, MonoMs At);

/// <summary>Outcomes for the present leader of a group, wherever it is: it proposes the payload as it stands.</summary>
/// <param name="Group">The group.</param>
/// <param name="Payload">An encoded command batch; valid until the next advance.</param>
public readonly record struct ForwardedOutcome(GroupId Group, ReadOnlyMemory<byte> Payload);

/// <summary>What one advance gives out: data only, lists reused.</summary>
public sealed class TriggerOutput
{
    /// <summary>Commands to propose.</summary>
    public List<TriggerProposal> Proposals { get; } = [];

    /// <summary>Reads wanted.</summary>
    public List<ScanRequest> Scans { get; } = [];

    /// <summary>Attempts to make.</summary>
    public List<ReadySend> Sends { get; } = [];

    /// <summary>Outcomes of claims whose group is led by another node now.</summary>
    public List<ForwardedOutcome> Forwards { get; } = [];

    /// <summary>Empties every list.</summary>
    public void Clear()
    {
        Proposals.Clear();
        Scans.Clear();
        Sends.Clear();
        Forwards.Clear();
    }
}
