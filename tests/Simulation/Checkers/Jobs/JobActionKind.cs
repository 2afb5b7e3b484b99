namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>What happens to a job: by a client, or by the system.</summary>
public enum JobActionKind : byte
{
    /// <summary>POST.</summary>
    Create = 1,

    /// <summary>PUT.</summary>
    Upsert = 2,

    /// <summary>DELETE.</summary>
    Cancel = 3,

    /// <summary>GET.</summary>
    Get = 4,

    /// <summary>POST .../run.</summary>
    RunNow = 5,

    /// <summary>POST .../redrive.</summary>
    Redrive = 6,

    /// <summary>A leader takes the job for one attempt.</summary>
    Claim = 7,

    /// <summary>An attempt is over.</summary>
    Outcome = 8,

    /// <summary>The job is too late to be sent.</summary>
    Expire = 9,

    /// <summary>The job's route is gone.</summary>
    RouteGone = 10,
}
