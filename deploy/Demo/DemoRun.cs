using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>Starts a recipient, makes a route to it, posts jobs in one batch, and counts what comes.</summary>
internal sealed class DemoRun(RestClient rest, TimeProvider time, TextWriter output)
{
    private const string Database = "demo";

    private const int StoreAttemptsMax = 10;
    private static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(500);

    // Long enough to see the second of two deliveries.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs it.</summary>
    /// <returns>The exit status: 0 only if every job came exactly once and none early.</returns>
    public async Task<int> RunAsync(DemoOptions options)
    {
        // A run has a route of its own: the jobs of one that was broken off may still be tried again, and would be in
        // the way of later ones.
        var run = string.Create(CultureInfo.InvariantCulture, $"run-{NowMs}");
        var arrivals = new ConcurrentQueue<Arrival>();
        await using var recipient = await Recipient.StartAsync((collection, job) =>
        {
            if (collection == run)
            {
                arrivals.Enqueue(new Arrival(job, NowMs));
            }
        });
        await rest.SendAsync(HttpMethod.Put, $"{options.Url}/route/{Database}/{run}", RouteTo(recipient.Url, run));
        var triggerMs = Triggers(options, NowMs);
        await StoreAsync($"{options.Url}/job/{Database}/{run}/batch", Batch(triggerMs, run));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.JobCount:N0} jobs stored, due within {options.WithinSeconds:N0} s, for {recipient.Url}"));
        await WaitAsync(arrivals, triggerMs);
        var result = DemoResult.Of(triggerMs, arrivals);
        result.Print(output);
        PrintLinks(options, run);
        return result.IsGood ? 0 : 1;
    }

    private static JsonObject RouteTo(string url, string route) =>
        new() { ["id"] = route, ["type"] = "REST", ["webhook_url"] = url };

    // Spread evenly from one second after the start, so that the batch is stored before the first is due.
    private static Dictionary<string, long> Triggers(DemoOptions options, long startMs)
    {
        var spanMs = (options.WithinSeconds - 1) * 1_000L;
        return Enumerable.Range(0, options.JobCount).ToDictionary(
            i => string.Create(CultureInfo.InvariantCulture, $"job-{i}"),
            i => startMs + 1_000 + (spanMs * i / options.JobCount));
    }

    private static JsonArray Batch(Dictionary<string, long> triggerMs, string route) =>
    [
        .. triggerMs.Select(job => new JsonObject
        {
            ["id"] = job.Key,
            ["trigger_time"] = job.Value,
            ["route"] = route,
            ["meta"] = new JsonObject { ["say"] = "it is time for " + job.Key },
        }),
    ];

    // Each job of a batch is answered by itself: 201 if it is new. While leaders move, some may be answered 503; to
    // post the same jobs again harms nothing, since they have ids: those that are there are answered 200.
    private async Task StoreAsync(string url, JsonArray batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await rest.SendAsync(HttpMethod.Post, url, batch);
            var refusals = reply["results"]?.AsArray().Where(result => !IsStored(result)).ToList() ?? [];
            if (refusals.Count == 0)
            {
                return;
            }

            if (attempt == StoreAttemptsMax || !refusals.TrueForAll(IsUnavailable))
            {
                throw new InvalidDataException(
                    $"{refusals.Count} of {batch.Count} jobs were refused; the first: {refusals[0]?.ToJsonString()}");
            }

            await Task.Delay(StorePause, time);
        }
    }

    private static bool IsStored(JsonNode? result) =>
        (int?)result?["status"] is StatusCodes.Status200OK or StatusCodes.Status201Created;

    private static bool IsUnavailable(JsonNode? result) =>
        (int?)result?["status"] is StatusCodes.Status503ServiceUnavailable;

    private async Task WaitAsync(ConcurrentQueue<Arrival> arrivals, Dictionary<string, long> triggerMs)
    {
        var endMs = triggerMs.Values.Max() + (long)LateMax.TotalMilliseconds;
        while (arrivals.Count < triggerMs.Count && NowMs < endMs)
        {
            await Task.Delay(LookPause, time);
        }

        await Task.Delay(Aftermath, time);
    }

    private void PrintLinks(DemoOptions options, string run)
    {
        output.WriteLine("go on with");
        output.WriteLine($"  {options.Url}/swagger");
        output.WriteLine($"  {options.Url}/job/{Database}/{run}/job-0");
        output.WriteLine($"  {options.Url}/cluster");
    }
}
