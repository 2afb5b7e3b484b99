using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>Routes, and jobs of one collection.</summary>
internal sealed class JobCalls(RestCalls rest, string collection)
{
    private const string Database = "chaos";
    private const int BatchJobs = 1_000;
    private const int StoreTries = 20;
    private const int PauseMs = 200;

    /// <summary>Makes a route, or replaces it.</summary>
    /// <param name="route">Its id.</param>
    /// <param name="url">Where its jobs go.</param>
    /// <param name="fields">Its other fields.</param>
    public Task PutRouteAsync(string route, string url, JsonObject fields)
    {
        fields["webhook_url"] = url;
        return rest.ReadAsync(HttpMethod.Put, $"/route/{Database}/{route}", fields);
    }

    /// <summary>Pauses a route: when that is answered, nothing of it is claimed any more.</summary>
    public Task PauseRouteAsync(string route) =>
        rest.ReadAsync(HttpMethod.Post, $"/route/{Database}/{route}/pause");

    /// <summary>Stores jobs, many at once, and notes them.</summary>
    /// <exception cref="InvalidOperationException">One is refused for good, or again and again.</exception>
    public async Task StoreAsync(string route, IEnumerable<(string Id, long TriggerMs)> jobs, Ledger ledger)
    {
        foreach (var batch in jobs.Chunk(BatchJobs))
        {
            foreach (var (id, triggerMs) in batch)
            {
                ledger.NoteAsked(id, triggerMs);
            }

            await StoreAsync([.. batch.Select(job => (JsonNode)JobOf(job.Id, job.TriggerMs, route))]);
            foreach (var (id, _) in batch)
            {
                ledger.NoteAccepted(id);
            }
        }
    }

    /// <summary>Creates one job.</summary>
    /// <returns>The status, and the answer.</returns>
    public Task<(int Status, string Text)> CreateAsync(string route, string id, long triggerMs) => rest.AskAsync(
        HttpMethod.Post, $"/job/{Database}/{collection}", JobOf(id, triggerMs, route).ToJsonString(), id);

    /// <summary>Cancels a job.</summary>
    /// <returns>The status, and what became of the job: <c>won</c> if nothing of it is ever sent.</returns>
    public async Task<(int Status, string Outcome)> CancelAsync(string id)
    {
        var (status, text) = await rest.AskAsync(HttpMethod.Delete, PathOf(id), null, $"cancel-{id}");
        return status == StatusCodes.Status200OK ? (status, (string)JsonNode.Parse(text)!["outcome"]!) : (status, text);
    }

    /// <summary>A job as the cluster has it.</summary>
    public Task<JsonNode> ReadAsync(string id) => rest.ReadAsync(HttpMethod.Get, PathOf(id));

    /// <summary>A job's id.</summary>
    /// <param name="kind">Of which kind; a letter, so that ids of different kinds differ.</param>
    /// <param name="number">Its number.</param>
    public static string NameOf(char kind, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}{number}");

    private string PathOf(string id) => $"/job/{Database}/{collection}/{id}";

    // A vnode whose leader is not known for a moment refuses its items alone; to post the others again harms nothing.
    private async Task StoreAsync(JsonArray jobs)
    {
        for (var tried = 1; ; tried++)
        {
            var answer = await rest.ReadAsync(HttpMethod.Post, $"/job/{Database}/{collection}/batch", jobs);
            var refused = answer["results"]!.AsArray().FirstOrDefault(static result =>
                (int)result!["status"]! is not (StatusCodes.Status200OK or StatusCodes.Status201Created));
            if (refused is null)
            {
                return;
            }

            if (tried == StoreTries)
            {
                throw new InvalidOperationException($"a job is refused: {refused.ToJsonString()}");
            }

            await Task.Delay(PauseMs);
        }
    }

    private static JsonObject JobOf(string id, long triggerMs, string route) => new()
    {
        ["id"] = id,
        ["trigger_time"] = triggerMs,
        ["route"] = route,
        ["meta"] = new JsonObject { ["order"] = id, ["say"] = "the payment is overdue" },
    };
}
