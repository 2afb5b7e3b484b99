using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>A route whose recipient closes most connections, its jobs, and what it saw of them.</summary>
internal sealed class ClosedRoute : IDisposable
{
    /// <summary>How many attempts a job of <em>at least once</em> has.</summary>
    public const int AttemptsMax = 4;

    // An answered connection stays: the next request on it is one on a connection that was used before.
    private const int AnsweredEvery = 3;
    private readonly SocketRecipient _recipient;

    /// <summary>Starts its recipient.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="name">The route's id.</param>
    /// <param name="kind">The first letter of its jobs' ids.</param>
    /// <param name="manner">What its recipient does with two of three requests.</param>
    /// <param name="isOnce">Whether it sends at most once.</param>
    public ClosedRoute(RunClock clock, string name, char kind, Manner manner, bool isOnce = false)
    {
        (Name, Kind, IsOnce) = (name, kind, isOnce);
        Ledger = new Ledger(clock);
        _recipient = new SocketRecipient(
            clock,
            seen => seen.Number % AnsweredEvery == 0 ? Manner.Answer : manner,
            request => Ledger.NoteArrival(request.Job, request.FirstByteUs / 1_000));
    }

    /// <summary>The route's id.</summary>
    public string Name { get; }

    /// <summary>The first letter of its jobs' ids.</summary>
    public char Kind { get; }

    /// <summary>Whether it sends at most once.</summary>
    public bool IsOnce { get; }

    /// <summary>Where it points to.</summary>
    public string Url => _recipient.Url;

    /// <summary>Its jobs.</summary>
    public Ledger Ledger { get; }

    /// <summary>What its recipient saw.</summary>
    public IReadOnlyCollection<SeenRequest> Requests => _recipient.Requests;

    /// <summary>Compares what was seen with what the cluster says of its jobs.</summary>
    /// <param name="found">The jobs by id, of other routes too.</param>
    /// <param name="report">Takes what was seen, and what does not hold whatever happened.</param>
    /// <returns>How many jobs have another history than their requests.</returns>
    public int Judge(IReadOnlyDictionary<string, JsonNode> found, Report report)
    {
        var ofJob = Requests.ToLookup(static seen => seen.Job);
        var ids = Ledger.Ids.ToList();
        report.Require(
            Requests.DistinctBy(static seen => (seen.VNode, seen.Fence)).Count() == Requests.Count,
            $"{Name}: a claim was sent twice");
        report.Require(
            Requests.DistinctBy(static seen => (seen.Job, seen.Attempt)).Count() == Requests.Count,
            $"{Name}: an attempt was sent twice");
        report.Require(
            ids.TrueForAll(id => ofJob[id].Count() <= AttemptsOf(found[id])), $"{Name}: more requests than attempts");
        report.Require(
            !IsOnce || ids.TrueForAll(id => ofJob[id].Count() <= 1), $"{Name}: sent more than once");
        report.Require(Ledger.Jobs.All(static job => !Verdict.IsEarly(job)), $"{Name}: jobs came early");
        var states = ids.CountBy(id => StateOf(found[id])).OrderBy(static state => state.Key, StringComparer.Ordinal)
            .Select(static state => string.Create(CultureInfo.InvariantCulture, $"{state.Key} {state.Value:N0}"));
        report.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}: {ids.Count:N0} jobs, {Requests.Count:N0} requests on sockets, "
            + $"{ids.Sum(id => AttemptsOf(found[id])):N0} attempts in the history; {string.Join(", ", states)}"));
        return ids.Count(id =>
            ofJob[id].Count() != AttemptsOf(found[id]) || EndOf([.. ofJob[id]]) != StateOf(found[id]));
    }

    /// <inheritdoc/>
    public void Dispose() => _recipient.Dispose();

    /// <summary>What must have become of a job, by its requests: only the last one may have been answered.</summary>
    private string EndOf(IReadOnlyList<SeenRequest> requests)
    {
        var answered = requests.Count(static seen => seen.Manner == Manner.Answer);
        var most = IsOnce ? 1 : AttemptsMax;
        return (answered, requests.Count) switch
        {
            (1, >= 1) when requests.Count <= most && requests[^1].Manner == Manner.Answer => "delivered",
            (0, var count) when count == most => IsOnce ? "unknown" : "dead",
            _ => "no end that may be",
        };
    }

    private static string StateOf(JsonNode job) => (string?)job["state"] ?? "";

    private static int AttemptsOf(JsonNode job) => (int?)job["attempt_count"] ?? 0;
}
