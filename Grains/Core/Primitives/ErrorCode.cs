namespace TimeMachine.Core.Primitives;

/// <summary>
/// Why a request was refused. Numbers are stable, append-only and never reused; each has a page in docs/errors.
/// </summary>
public enum ErrorCode : ushort
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>The request is malformed or a field is out of its range.</summary>
    InvalidRequest = 1,

    /// <summary>No such job, or its retention is over.</summary>
    JobNotFound = 2,

    /// <summary>The id is taken by a job with other content.</summary>
    JobExists = 3,

    /// <summary>If-Match names another version than the present one.</summary>
    VersionMismatch = 4,

    /// <summary>The version is claimed or was attempted: it can no longer be replaced.</summary>
    TooLate = 5,

    /// <summary>The job is finished already.</summary>
    Finished = 6,

    /// <summary>The job's body was dropped with its delivery.</summary>
    BodyDropped = 7,

    /// <summary>The job is not dead or unknown, so there is nothing to redrive.</summary>
    NotRedrivable = 8,

    /// <summary>The job holds as many recent request ids as it may.</summary>
    TooManyRequests = 9,

    /// <summary>No such route.</summary>
    RouteNotFound = 10,

    /// <summary>The route was deleted.</summary>
    RouteDeleted = 11,

    /// <summary>The route has unfinished jobs.</summary>
    RouteInUse = 12,

    /// <summary>A limit of the vnode's applied state is reached.</summary>
    VNodeFull = 13,

    /// <summary>This replica does not lead; nothing was proposed.</summary>
    NotLeader = 14,

    /// <summary>A queue is at its limit; nothing was proposed.</summary>
    Overloaded = 15,

    /// <summary>The proposal was replaced by another leader's entry; it never takes effect.</summary>
    ProposalLost = 16,

    /// <summary>No answer in time; the request may or may not take effect.</summary>
    OutcomeUnknown = 17,

    /// <summary>No leader answered in time; nothing took effect.</summary>
    Unavailable = 18,

    /// <summary>Too little disk space on a majority; only new work is refused.</summary>
    StorageFull = 19,

    /// <summary>The vnode's only copy is damaged.</summary>
    VNodeDamaged = 20,

    /// <summary>The format version is newer than this program.</summary>
    UnsupportedFormat = 21,

    /// <summary>The bytes are not a valid form of their kind.</summary>
    MalformedFormat = 22,

    /// <summary>The node's earlier incarnation was heard of too recently.</summary>
    IncarnationActive = 23,

    /// <summary>No key, or one that is not known.</summary>
    Unauthorized = 24,

    /// <summary>The key does not allow this.</summary>
    Forbidden = 25,

    /// <summary>No such path.</summary>
    PathNotFound = 26,

    /// <summary>The path does not know the method.</summary>
    MethodNotAllowed = 27,

    /// <summary>The body is longer than its limit.</summary>
    BodyTooLarge = 28,

    /// <summary>The body's media type or encoding is not one that is read.</summary>
    UnsupportedMediaType = 29,

    /// <summary>The plan of the cluster does not allow this change.</summary>
    PlanConflict = 30,

    /// <summary>The route is there with other content.</summary>
    RouteExists = 31,

    /// <summary>No such node.</summary>
    NodeNotFound = 32,

    /// <summary>The Idempotency-Key came before with another request.</summary>
    KeyReused = 33,
}
