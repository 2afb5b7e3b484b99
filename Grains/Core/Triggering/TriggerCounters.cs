namespace TimeMachine.Core.Triggering;

/// <summary>What triggering did since the start.</summary>
public sealed class TriggerCounters
{
    /// <summary>Jobs found due by a sweep that nothing else knew: an alarm, 0 in a right program.</summary>
    public long WheelMissed { get; internal set; }

    /// <summary>Claims proposed.</summary>
    public long ClaimsProposed { get; internal set; }

    /// <summary>Claims that had no effect when applied.</summary>
    public long ClaimsRefused { get; internal set; }

    /// <summary>Attempts begun.</summary>
    public long SendsBegun { get; internal set; }

    /// <summary>Claims given back because a check before the write refused.</summary>
    public long SendsReleased { get; internal set; }

    /// <summary>Inherited claims taken over.</summary>
    public long ClaimsInherited { get; internal set; }

    /// <summary>Jobs filed under their route.</summary>
    public long JobsRefiled { get; internal set; }

    /// <summary>Jobs ended because they were of no use any more.</summary>
    public long JobsExpired { get; internal set; }

    /// <summary>Times that the window in memory was halved.</summary>
    public long WindowHalved { get; internal set; }
}
