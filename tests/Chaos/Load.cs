using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>Jobs that were stored before, and others that are created all the while; all are due within the run.
/// </summary>
internal sealed class Load(ChaosOptions options, RestCalls rest, Ledger ledger, string collection)
{
    /// <summary>The database of all jobs and routes.</summary>
    public const string Database = "chaos";

    /// <summary>The route of all jobs.</summary>
    public const string Route = "recipient";

    private const int BatchJobs = 1_000;
    private const int LeadMs = 2_000;
    private readonly List<Task> _creates = [];

    /// <summary>Makes the route.</summary>
    public Task RouteToAsync(string url) => rest.ReadAsync(HttpMethod.Put, $"/route/{Database}/{Route}", new JsonObject
    {
        ["id"] = Route,
        ["type"] = "REST",
        ["webhook_url"] = url,
        ["concurrency"] = 1_000,
    });

    /// <summary>Stores the jobs that are not created during the run.</summary>
    /// <param name="startMs">When the first is due.</param>
    public async Task StoreAheadAsync(long startMs)
    {
        var perSecond = options.TriggersPerSecond - options.CreatesPerSecond;
        var count = perSecond * options.Seconds;
        for (var first = 0; first < count; first += BatchJobs)
        {
            var items = Enumerable.Range(first, Math.Min(BatchJobs, count - first))
                .Select(i => (Id: NameOf('s', i), TriggerMs: startMs + (1_000L * i / perSecond))).ToList();
            items.ForEach(item => ledger.NoteAsked(item.Id, item.TriggerMs));
            var body = new JsonArray([.. items.Select(static item => (JsonNode)JobOf(item.Id, item.TriggerMs))]);
            await rest.ReadAsync(HttpMethod.Post, $"/job/{Database}/{collection}/batch", body);
            items.ForEach(item => ledger.NoteAccepted(item.Id));
        }
    }

    /// <summary>Creates jobs at an even rate, however long each takes, and waits for the last answer.</summary>
    public async Task CreateAsync()
    {
        var watch = Stopwatch.StartNew();
        var count = options.CreatesPerSecond * options.Seconds;
        for (var i = 0; i < count;)
        {
            var due = Math.Min(count, watch.ElapsedMilliseconds * options.CreatesPerSecond / 1_000);
            for (; i < due; i++)
            {
                _creates.Add(CreateAsync(NameOf('c', i)));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(_creates);
    }

    private static string NameOf(char kind, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}{number}");

    private static JsonObject JobOf(string id, long triggerMs) => new()
    {
        ["id"] = id,
        ["trigger_time"] = triggerMs,
        ["route"] = Route,
        ["meta"] = new JsonObject { ["order"] = id, ["say"] = "the payment is overdue" },
    };

    private async Task CreateAsync(string id)
    {
        var triggerMs = ledger.NowMs + LeadMs;
        ledger.NoteAsked(id, triggerMs);
        var (status, text) = await rest.AskAsync(
            HttpMethod.Post, $"/job/{Database}/{collection}", JobOf(id, triggerMs).ToJsonString(), id);
        if (status is 200 or 201)
        {
            ledger.NoteAccepted(id);
        }
        else
        {
            ledger.Failed.Enqueue($"{id}: {status} {text}");
        }
    }
}
