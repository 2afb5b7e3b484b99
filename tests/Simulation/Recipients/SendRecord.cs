namespace TimeMachine.Simulation.Recipients;

/// <summary>One request from its socket write to its end at the sender.</summary>
/// <param name="info">The request.</param>
/// <param name="startUs">True time of the socket write.</param>
/// <param name="plan">What the recipient will do.</param>
public sealed class SendRecord(SendInfo info, long startUs, RecipientPlan plan)
{
    /// <summary>The request.</summary>
    public SendInfo Info { get; } = info;

    /// <summary>True time of the socket write.</summary>
    public long StartUs { get; } = startUs;

    /// <summary>What the recipient did with it.</summary>
    public RecipientPlan Plan { get; } = plan;

    /// <summary>True time of the end at the sender; <see cref="long.MaxValue"/> while it is open.</summary>
    public long EndUs { get; internal set; } = long.MaxValue;

    /// <summary>How it ended for its sender.</summary>
    public SenderSaw Saw { get; internal set; }

    /// <summary>The HTTP status that the sender saw, or 0.</summary>
    public int SawStatus { get; internal set; }

    /// <summary>Whether the recipient read the request.</summary>
    public bool WasRead => Plan.IsRead;

    /// <summary>Whether the sender saw success.</summary>
    public bool SawSuccess => Saw == SenderSaw.Status && SawStatus is >= 200 and < 300;
}
