using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>What a command of the system group does. Numbers are stable and append-only.</summary>
public enum SystemCommandKind : byte
{
    /// <summary>Creates or replaces a route.</summary>
    PutRoute = 1,

    /// <summary>Begins a delete: no new jobs, and the revision that the vnodes are fenced with.</summary>
    MarkRouteDeleting = 2,

    /// <summary>Ends a delete: the route is gone.</summary>
    FinishRouteDelete = 3,

    /// <summary>Ends a delete: the route is as before.</summary>
    UndoRouteDelete = 4,

    /// <summary>Nothing more is claimed for a route.</summary>
    PauseRoute = 5,

    /// <summary>Ends a pause.</summary>
    ResumeRoute = 6,

    /// <summary>Lets a node take part, with one incarnation.</summary>
    AdmitNode = 7,

    /// <summary>Removes a node.</summary>
    RetireNode = 8,

    /// <summary>Changes what holders may have of limited routes.</summary>
    GrantLeases = 9,
}

/// <summary>
/// One command, decoded. All kinds share the class; a kind uses the fields named with it. Everything that apply needs
/// is inside.
/// </summary>
public sealed record SystemCommand
{
    /// <summary>What it does.</summary>
    public required SystemCommandKind Kind { get; init; }

    /// <summary>
    /// The request that it stands for. Finish and undo name the request of the delete, and settle its answer.
    /// </summary>
    public RequestId RequestId { get; init; }

    /// <summary>The proposer's due clock; 0 leaves the log time as it is.</summary>
    public UnixMs Time { get; init; }

    /// <summary>Put: the route; its revision is ignored.</summary>
    public Route? Route { get; init; }

    /// <summary>Mark, finish, undo, pause, resume: the route.</summary>
    public RouteKey Key { get; init; }

    /// <summary>
    /// Put, mark: the revision that must be there; -1 for none; null for any. Finish, undo: the mark's.
    /// </summary>
    public CommandNumber? IfMatch { get; init; }

    /// <summary>Mark: whether unfinished jobs do not stop the delete.</summary>
    public bool IsForced { get; init; }

    /// <summary>Undo: the unfinished jobs that stop the delete; 0 if a vnode did not answer.</summary>
    public long UnfinishedCount { get; init; }

    /// <summary>Admit, retire: the node's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Admit: the node's id; none takes the next free one.</summary>
    public NodeId Node { get; init; }

    /// <summary>Admit: the random number on its disk.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>
    /// Admit: how long the leader has not heard of the old incarnation, in ms of its monotonic clock.
    /// </summary>
    public long SilentMs { get; init; }

    /// <summary>Grant: its number.</summary>
    public long Grant { get; init; }

    /// <summary>Grant: the changes.</summary>
    public IReadOnlyList<LeaseChange> Leases { get; init; } = [];
}
