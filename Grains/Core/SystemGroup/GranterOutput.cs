using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>What a granter gives out. The caller owns it and uses it again.</summary>
public sealed class GranterOutput
{
    /// <summary>A command to propose to the system group; null for none. Report a refusal.</summary>
    public SystemCommand? Proposal { get; set; }

    /// <summary>Reads to ask the system group for; each comes back to <see cref="LeaseGranter.OnRead"/>.</summary>
    public List<ulong> Reads { get; } = [];

    /// <summary>The answers to send.</summary>
    public List<LeaseResponse> Responses { get; } = [];

    /// <summary>The awaited revisions that are in force everywhere, by their tokens.</summary>
    public List<ulong> InForce { get; } = [];

    /// <summary>Empties all.</summary>
    public void Clear()
    {
        Proposal = null;
        Reads.Clear();
        Responses.Clear();
        InForce.Clear();
    }
}
