namespace TimeMachine.Core.SystemGroup;

/// <summary>What the answers to a holder offer of one route, since when.</summary>
internal sealed class LeaseOffer
{
    /// <summary>No answer is known to carry the offer.</summary>
    public const long Never = long.MaxValue;

    public int Slots { get; set; }

    public int Rate { get; set; }

    /// <summary>The first answer that carries it: who adopted that one or a later one is bound by the offer.</summary>
    public long SinceSequence { get; set; } = Never;

    /// <summary>When the leases of all earlier, perhaps larger offers are surely over.</summary>
    public MonoMs OlderOverAt { get; set; }
}
