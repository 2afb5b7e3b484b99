namespace TimeMachine.Simulation.Recipients;

/// <summary>How a request ended for its sender.</summary>
public enum SenderSaw : byte
{
    /// <summary>It is open.</summary>
    Nothing = 0,

    /// <summary>An HTTP status.</summary>
    Status = 1,

    /// <summary>Its own timeout.</summary>
    Timeout = 2,

    /// <summary>A connection that broke after bytes may have been written.</summary>
    Broken = 3,

    /// <summary>A refused connection: no byte was written.</summary>
    ConnectRefused = 4,

    /// <summary>Its own death.</summary>
    Crash = 5,
}
