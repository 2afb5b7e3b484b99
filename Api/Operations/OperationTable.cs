using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>All operations: what requests are matched against, and what the OpenAPI document shows.</summary>
internal static class OperationTable
{
    private const string Collection = "/job/{db}/{collection}";
    private const string Job = Collection + "/{id}";
    private const string Routes = "/route/{db}";
    private const string Route = Routes + "/{id}";

    public static IReadOnlyList<Operation> All { get; } = [.. OfJobs, .. OfRoutes, .. OfCluster, .. OfHealth];

    /// <summary>The operation of a method on a path; null if there is none. A word of the path goes before a name:
    /// POST of "batch" is the batch, GET of it the job of that id.</summary>
    public static Operation? Find(string method, IReadOnlyList<string> segments)
    {
        Operation? best = null;
        foreach (var operation in All)
        {
            var isBetter = best is null || operation.NameCount < best.NameCount;
            if (isBetter && operation.Method == method && operation.Matches(segments))
            {
                best = operation;
            }
        }

        return best;
    }

    /// <summary>The methods that a path takes, for the header Allow; empty if there is no such path.</summary>
    public static string MethodsAt(IReadOnlyList<string> segments) => string.Join(
        ", ",
        All.Where(operation => operation.Matches(segments))
            .SelectMany(operation => operation.Method == "GET" ? ["GET", "HEAD"] : (string[])[operation.Method])
            .Distinct());

    private static Operation[] OfJobs =>
    [
        new("createJob", "POST", Collection, ApiScope.Write, JobOperations.CreateAsync) { HasBody = true },
        new("listJobs", "GET", Collection, ApiScope.Read, JobOperations.ListAsync)
        {
            Parameters = ["state", "route", "from", "to", "limit", "cursor"],
        },
        new("createJobs", "POST", Collection + "/batch", ApiScope.Write, BatchOperation.CreateAsync)
        {
            HasBody = true,
            TakesLines = true,
            BodyBytesMax = Limits.BatchBytesMax,
        },
        new("getJob", "GET", Job, ApiScope.Read, JobOperations.GetAsync),
        new("putJob", "PUT", Job, ApiScope.Write, JobOperations.PutAsync) { HasBody = true, TakesVersion = true },
        new("deleteJob", "DELETE", Job, ApiScope.Write, JobOperations.DeleteAsync) { TakesVersion = true },
        new("runJob", "POST", Job + "/run", ApiScope.Write, JobOperations.RunAsync),
        new("redriveJob", "POST", Job + "/redrive", ApiScope.Write, JobOperations.RedriveAsync),
    ];

    private static Operation[] OfRoutes =>
    [
        new("createRoute", "POST", Routes, ApiScope.Admin, RouteOperations.CreateAsync) { HasBody = true },
        new("listRoutes", "GET", Routes, ApiScope.Read, RouteOperations.ListAsync),
        new("getRoute", "GET", Route, ApiScope.Read, RouteOperations.GetAsync),
        new("putRoute", "PUT", Route, ApiScope.Admin, RouteOperations.PutAsync) { HasBody = true, TakesVersion = true },
        new("deleteRoute", "DELETE", Route, ApiScope.Admin, RouteOperations.DeleteAsync)
        {
            Parameters = ["force"],
            TakesVersion = true,
        },
        new("pauseRoute", "POST", Route + "/pause", ApiScope.Admin, RouteOperations.PauseAsync),
        new("resumeRoute", "POST", Route + "/resume", ApiScope.Admin, RouteOperations.ResumeAsync),
    ];

    private static Operation[] OfCluster =>
    [
        new("describeCluster", "GET", "/cluster", ApiScope.Read, ClusterOperations.DescribeAsync),
        new("listServers", "GET", "/cluster/servers", ApiScope.Read, ClusterOperations.ListServersAsync),
        new("configureCluster", "POST", "/cluster/configure", ApiScope.Admin, ClusterOperations.ConfigureAsync)
        {
            HasBody = true,
        },
        new("joinCluster", "POST", "/cluster/join", ApiScope.Admin, ClusterOperations.JoinAsync) { HasBody = true },
        new("removeFromCluster", "POST", "/cluster/remove", ApiScope.Admin, ClusterOperations.RemoveAsync)
        {
            HasBody = true,
        },
    ];

    private static Operation[] OfHealth =>
    [
        new("health", "GET", "/health", ApiScope.None, HealthOperations.ReadyAsync),
        new("live", "GET", "/livez", ApiScope.None, HealthOperations.LiveAsync),
        new("ready", "GET", "/readyz", ApiScope.None, HealthOperations.ReadyAsync),
    ];
}
