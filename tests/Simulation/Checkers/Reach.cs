namespace TimeMachine.Simulation.Checkers;

/// <summary>The interesting states. A campaign that never reached one of them proves nothing about it.</summary>
public enum Reach
{
    /// <summary>A create whose outcome stayed unknown to its client turned out to be committed.</summary>
    UnknownCreateAppeared,

    /// <summary>A claim was unresolved when its group changed leaders.</summary>
    ClaimInFlightAtLeaderChange,

    /// <summary>A new claim took the place of an inherited one.</summary>
    ClaimSuperseded,

    /// <summary>A claim was released because nothing was sent.</summary>
    ClaimReleased,

    /// <summary>A delete met a claimed job and answered stopped.</summary>
    StopOfClaimed,

    /// <summary>A late outcome turned unknown into the truth.</summary>
    LateOutcomeOfUnknown,

    /// <summary>A repeated request id was committed twice and answered from the first.</summary>
    RequestIdRepeated,

    /// <summary>A job was filed under its route's backlog.</summary>
    RefiledToBacklog,

    /// <summary>A job expired.</summary>
    Expired,

    /// <summary>A job ended dead.</summary>
    DeadLetter,

    /// <summary>A dead or unknown job was sent again by the user.</summary>
    Redriven,

    /// <summary>A job ended unknown.</summary>
    Unknown,

    /// <summary>An attempt failed and a retry was planned.</summary>
    Retried,

    /// <summary>A job ran by the user's wish.</summary>
    RunNow,

    /// <summary>A cancel won.</summary>
    CancelWon,

    /// <summary>A cancel or an upsert came too late.</summary>
    TooLate,

    /// <summary>A scheduled job was replaced.</summary>
    Replaced,

    /// <summary>A recipient saw one key twice.</summary>
    Duplicate,

    /// <summary>A recipient answered after the client's timeout.</summary>
    AnsweredLate,

    /// <summary>A recipient dropped the connection after it had read the request.</summary>
    DroppedAfterReading,

    /// <summary>A client forgot an open request.</summary>
    ClientCrashed,

    /// <summary>A pause or a delete of a route was confirmed.</summary>
    RoutePaused,

    /// <summary>A route was deleted.</summary>
    RouteDeleted,

    /// <summary>A route was not deleted, since it had unfinished jobs.</summary>
    RouteInUse,

    /// <summary>A create named a route that was deleted, or fenced since its node looked.</summary>
    CreateFenced,

    /// <summary>A job's route was gone at its admission.</summary>
    RouteGone,

    /// <summary>A job's route was deleted, and another had its name when the job was due.</summary>
    RouteReborn,

    /// <summary>A log lost its uncommitted tail to another leader.</summary>
    LogTruncated,

    /// <summary>A snapshot took the place of a log.</summary>
    SnapshotInstalled,

    /// <summary>A leader was elected.</summary>
    Elected,

    /// <summary>A configuration entry was committed.</summary>
    MembershipChanged,

    /// <summary>A replica died for ever.</summary>
    ReplicaDied,

    /// <summary>A leader handed its group over without an open claim.</summary>
    PlannedTransfer,
}
