using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

/// <summary>What the OpenAPI document says about each operation.</summary>
internal static partial class OperationDocuments
{
    public const string JobsTag = "Jobs";
    public const string RoutesTag = "Routes";
    public const string ClusterTag = "Cluster";
    public const string HealthTag = "Health";

    private static readonly Dictionary<int, string> NewOrSame = new()
    {
        [201] = "Something new was made.",
        [200] = "The same was there already; the answer shows it as it is now.",
    };

    private static readonly Dictionary<int, string> NewOrReplaced = new()
    {
        [201] = "Something new was made.",
        [200] = "What was there has a new version.",
    };

    /// <summary>By the operation's id.</summary>
    public static IReadOnlyDictionary<string, OperationDocument> All { get; } =
        OfJobs.Concat(OfRoutes).Concat(OfCluster).Concat(OfHealth).ToDictionary();

    private static Dictionary<string, OperationDocument> OfRoutes => new()
    {
        ["createRoute"] = new(
            RoutesTag,
            "Create a route",
            "A route says where jobs go, and how. The same again answers 200; other content of that id 409.")
        {
            Request = "RouteSpec",
            Example = """
                {"id":"reminders","type":"REST","webhook_url":"https://shop.example/hooks/reminder","timeout_ms":5000}
                """,
            Response = "RouteChange",
            Successes = NewOrSame,
            Codes = [ErrorCodes.RouteExists, ErrorCodes.RouteDeleted, ErrorCodes.VNodeFull],
            HasETag = true,
        },
        ["listRoutes"] = new(RoutesTag, "List the routes of a database", "Ordered by id. Secrets are never shown.")
        {
            Response = "RoutePage",
        },
        ["getRoute"] = new(RoutesTag, "Read a route", "Secrets are never shown, only how many there are.")
        {
            Response = "Route",
            Codes = [ErrorCodes.RouteNotFound],
            HasETag = true,
        },
        ["putRoute"] = new(
            RoutesTag,
            "Create or replace a route",
            "Fields that are absent take their defaults. Attempts under way go on as they began.")
        {
            Request = "RouteSpec",
            Example = """{"webhook_url":"https://shop.example/hooks/timeout","concurrency":16,"rate_per_s":100}""",
            Response = "RouteChange",
            Successes = NewOrReplaced,
            Codes = [ErrorCodes.VersionMismatch, ErrorCodes.RouteDeleted, ErrorCodes.VNodeFull],
            HasETag = true,
        },
        ["deleteRoute"] = new(
            RoutesTag,
            "Delete a route",
            "A route with unfinished jobs stays, unless force is true: then each of them is dead when it is due.")
        {
            Response = "RouteChange",
            Codes = [ErrorCodes.RouteNotFound, ErrorCodes.RouteInUse, ErrorCodes.VersionMismatch],
            HasETag = true,
        },
        ["pauseRoute"] = new(
            RoutesTag, "Pause a route", "When this is answered, nothing more is claimed for the route. Jobs wait.")
        {
            Response = "RouteChange",
            Codes = [ErrorCodes.RouteNotFound],
            HasETag = true,
        },
        ["resumeRoute"] = new(RoutesTag, "Resume a route", "Jobs that came due in the pause are sent now.")
        {
            Response = "RouteChange",
            Codes = [ErrorCodes.RouteNotFound],
            HasETag = true,
        },
    };

    private static Dictionary<string, OperationDocument> OfCluster => new()
    {
        ["describeCluster"] = new(ClusterTag, "Show nodes, leaders, vnodes and lag", "As the nodes report them now.")
        {
            Response = "Cluster",
        },
        ["listServers"] = new(ClusterTag, "Show the nodes", "Those of the plan, and those that run beside it.")
        {
            Response = "Servers",
        },
        ["configureCluster"] = new(
            ClusterTag,
            "Set the number of replicas",
            "The number of shards (vnodes) is fixed at the formation: give the one that the cluster has.")
        {
            Request = "ClusterConfiguration",
            Example = """{"shards":64,"replicas":3}""",
            Response = "Done",
            Codes = [ErrorCodes.PlanConflict],
        },
        ["joinCluster"] = new(
            ClusterTag,
            "Take a running node into the plan",
            "It gets its share of replicas and leaders while everything goes on.")
        {
            Request = "JoiningNode",
            Example = """{"node_id":"node3"}""",
            Response = "Done",
            Codes = [ErrorCodes.PlanConflict, ErrorCodes.NodeNotFound, ErrorCodes.IncarnationActive],
        },
        ["removeFromCluster"] = new(
            ClusterTag,
            "Take a node out of the plan",
            "Its replicas and leaders move to the others while everything goes on.")
        {
            Request = "RemovedNode",
            Example = """{"node_id":"node3"}""",
            Response = "Done",
            Codes = [ErrorCodes.PlanConflict, ErrorCodes.NodeNotFound],
        },
    };

    private static Dictionary<string, OperationDocument> OfHealth => new()
    {
        ["health"] = new(HealthTag, "Whether this process should get traffic", "The same as /readyz.")
        {
            Response = "Health",
        },
        ["live"] = new(HealthTag, "Whether this process answers", "Always 200.") { Response = "Health" },
        ["ready"] = new(
            HealthTag, "Whether this process should get traffic", "503 while something that it leads cannot fire.")
        {
            Response = "Health",
        },
    };
}
