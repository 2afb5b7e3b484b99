using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>Jobs that were stored before, and others that are created all the while; all are due within the run.
/// </summary>
internal sealed class Load(ChaosOptions options, JobCalls jobs, Ledger ledger)
{
    /// <summary>The route of all jobs.</summary>
    public const string Route = "recipient";

    private const int LeadMs = 2_000;
    private readonly List<Task> _creates = [];

    /// <summary>How many jobs are stored before: that is no part of the load.</summary>
    public int AheadCount => AheadPerSecond * options.Seconds;

    private int AheadPerSecond => options.TriggersPerSecond - options.CreatesPerSecond;

    /// <summary>Makes the route.</summary>
    public Task RouteToAsync(string url) =>
        jobs.PutRouteAsync(Route, url, new JsonObject { ["concurrency"] = 1_000 });

    /// <summary>Stores the jobs that are not created during the run.</summary>
    /// <param name="startMs">When the first is due.</param>
    public Task StoreAheadAsync(long startMs) => jobs.StoreAsync(
        Route,
        Enumerable.Range(0, AheadCount).Select(i => (JobCalls.NameOf('s', i), startMs + (1_000L * i / AheadPerSecond))),
        ledger);

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
                _creates.Add(CreateAsync(JobCalls.NameOf('c', i)));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(_creates);
    }

    private async Task CreateAsync(string id)
    {
        var triggerMs = ledger.NowMs + LeadMs;
        ledger.NoteAsked(id, triggerMs);
        var (status, text) = await jobs.CreateAsync(Route, id, triggerMs);
        if (status is StatusCodes.Status200OK or StatusCodes.Status201Created)
        {
            ledger.NoteAccepted(id);
        }
        else
        {
            ledger.Failed.Enqueue($"{id}: {status} {text}");
        }
    }
}
