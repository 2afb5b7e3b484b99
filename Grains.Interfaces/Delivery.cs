namespace TimeMachine.Grains.Interfaces;

/// <summary>How often a job may be sent. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.mode")]
public enum Delivery
{
    /// <summary>As the route says.</summary>
    RouteDefault = 0,

    /// <summary>Again, until the recipient takes it or the attempts are used up.</summary>
    AtLeastOnce = 1,

    /// <summary>Never a second time once a byte may have been written.</summary>
    AtMostOnce = 2,
}
