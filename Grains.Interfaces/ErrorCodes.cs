namespace TimeMachine.Grains.Interfaces;

/// <summary>The stable codes of refusals; docs/errors has a page for each.</summary>
public static class ErrorCodes
{
    /// <summary>The request is malformed or a field is out of its range.</summary>
    public const string InvalidRequest = "E001";

    /// <summary>No such job, or its retention is over.</summary>
    public const string JobNotFound = "E002";

    /// <summary>The id is taken by a job with other content.</summary>
    public const string JobExists = "E003";

    /// <summary>If-Match names another version than the present one.</summary>
    public const string VersionMismatch = "E004";

    /// <summary>The version is claimed or was attempted: it can no longer be replaced.</summary>
    public const string TooLate = "E005";

    /// <summary>The job is finished already.</summary>
    public const string Finished = "E006";

    /// <summary>The job's body was dropped with its delivery.</summary>
    public const string BodyDropped = "E007";

    /// <summary>The job is not dead or unknown, so there is nothing to redrive.</summary>
    public const string NotRedrivable = "E008";

    /// <summary>The job holds as many recent request ids as it may.</summary>
    public const string TooManyRequests = "E009";

    /// <summary>No such route.</summary>
    public const string RouteNotFound = "E010";

    /// <summary>The route was deleted.</summary>
    public const string RouteDeleted = "E011";

    /// <summary>The route has unfinished jobs.</summary>
    public const string RouteInUse = "E012";

    /// <summary>A limit of the vnode's applied state is reached.</summary>
    public const string VNodeFull = "E013";

    /// <summary>This replica does not lead; nothing was proposed.</summary>
    public const string NotLeader = "E014";

    /// <summary>A queue is at its limit; nothing was proposed.</summary>
    public const string Overloaded = "E015";

    /// <summary>The proposal was replaced by another leader's entry; it never takes effect.</summary>
    public const string ProposalLost = "E016";

    /// <summary>No answer in time; the request may or may not take effect.</summary>
    public const string OutcomeUnknown = "E017";

    /// <summary>No leader answered in time; nothing took effect.</summary>
    public const string Unavailable = "E018";

    /// <summary>Too little disk space on a majority; only new work is refused.</summary>
    public const string StorageFull = "E019";

    /// <summary>The vnode's only copy is damaged.</summary>
    public const string VNodeDamaged = "E020";

    /// <summary>The format version is newer than this program.</summary>
    public const string UnsupportedFormat = "E021";

    /// <summary>The bytes are not a valid form of their kind.</summary>
    public const string MalformedFormat = "E022";

    /// <summary>The node's earlier incarnation was heard of too recently.</summary>
    public const string IncarnationActive = "E023";

    /// <summary>No key, or one that is not known.</summary>
    public const string Unauthorized = "E024";

    /// <summary>The key does not allow this.</summary>
    public const string Forbidden = "E025";

    /// <summary>No such path.</summary>
    public const string PathNotFound = "E026";

    /// <summary>The path does not know the method.</summary>
    public const string MethodNotAllowed = "E027";

    /// <summary>The body is longer than its limit.</summary>
    public const string BodyTooLarge = "E028";

    /// <summary>The body's media type or encoding is not one that is read.</summary>
    public const string UnsupportedMediaType = "E029";

    /// <summary>The plan of the cluster does not allow this change.</summary>
    public const string PlanConflict = "E030";

    /// <summary>The route is there with other content.</summary>
    public const string RouteExists = "E031";

    /// <summary>No such node.</summary>
    public const string NodeNotFound = "E032";

    /// <summary>The Idempotency-Key came before with another request.</summary>
    public const string KeyReused = "E033";
}
