using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Workload;

/// <summary>The routes of the simulation: each has its settings and its recipient's temper.</summary>
public static class RouteCatalog
{
    /// <summary>All routes as first put, with the scripts of their recipients.</summary>
    public static IReadOnlyList<(RoutePlan Plan, RecipientScript Script)> All { get; } =
    [
        (Put("good"), RecipientScript.Good),
        (Put("flaky") with { AttemptsMax = 6, TimeoutMs = 2_000 }, RecipientScript.Flaky),
        (Put("slow") with { Concurrency = 3 }, RecipientScript.Slow),
        (Put("rated") with { RatePerSecond = 20 }, RecipientScript.Good),
        (Put("both") with { Concurrency = 5, RatePerSecond = 30, TimeoutMs = 2_000 }, RecipientScript.Flaky),
        (Put("hanging") with { Concurrency = 4, TimeoutMs = 1_500, AttemptsMax = 3 }, RecipientScript.Hanging),
        (Put("failing") with { AttemptsMax = 2, BackoffMaxMs = 1_000 }, RecipientScript.Failing),
        (Put("once") with { IsAtMostOnce = true, TimeoutMs = 2_000 }, RecipientScript.Flaky),
        (Put("patient") with { IsAtMostOnce = true, TimeoutMs = 30_000 }, RecipientScript.Patient),
        (Put("passing") with { Concurrency = 6, TimeoutMs = 2_000 }, RecipientScript.Flaky),
        (Put("fleeting"), RecipientScript.Good),
    ];

    /// <summary>Whether a route comes and goes: the others are never deleted.</summary>
    public static bool IsPassing(string route) => route is "passing" or "fleeting";

    private static RoutePlan Put(string route) => new() { Kind = RoutePlanKind.Put, Route = route };
}
