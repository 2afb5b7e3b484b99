using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>Starts a recipient, makes a route to it, posts jobs in one batch, and counts what comes.</summary>
internal sealed class DemoRun(RestClient rest, TimeProvider time, TextWriter output)
{
    private const string Database = "demo";
    private const string Route = "recipient";

    // Long enough to see the second of two deliveries.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it.</summary>
    /// <returns>The exit status: 0 only if every job came exactly once and none early.</returns>
    public async Task<int> RunAsync(DemoOptions options)
    {
        await using var recipient = await Recipient.StartAsync(time);
        await rest.SendAsync(HttpMethod.Put, $"{options.Url}/route/{Database}/{Route}", RouteTo(recipient.Url));
        var startMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var collection = string.Create(CultureInfo.InvariantCulture, $"run-{startMs}");
        var triggerMs = Triggers(options, startMs);
        var reply = await rest.SendAsync(
            HttpMethod.Post, $"{options.Url}/job/{Database}/{collection}/batch", Batch(triggerMs));
        if (Refusals(reply) is { Count: > 0 } refusals)
        {
            throw new InvalidDataException(
                $"{refusals.Count} of {options.JobCount} jobs were refused; the first: {Shorten(refusals[0])}");
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.JobCount:N0} jobs stored, due within {options.WithinSeconds:N0} s, for {recipient.Url}"));
        await WaitAsync(recipient, triggerMs);
        var result = DemoResult.Of(triggerMs, recipient.Arrivals);
        result.Print(output);
        PrintLinks(options, collection);
        return result.IsGood ? 0 : 1;
    }

    private static JsonObject RouteTo(string url) =>
        new() { ["id"] = Route, ["type"] = "REST", ["webhook_url"] = url };

    // Spread evenly from one second after the start, so that the batch is stored before the first is due.
    private static Dictionary<string, long> Triggers(DemoOptions options, long startMs)
    {
        var spanMs = (options.WithinSeconds - 1) * 1_000L;
        return Enumerable.Range(0, options.JobCount).ToDictionary(
            i => string.Create(CultureInfo.InvariantCulture, $"job-{i}"),
            i => startMs + 1_000 + (spanMs * i / options.JobCount));
    }

    private static JsonArray Batch(Dictionary<string, long> triggerMs) =>
    [
        .. triggerMs.Select(job => new JsonObject
        {
            ["id"] = job.Key,
            ["trigger_time"] = job.Value,
            ["route"] = Route,
            ["meta"] = new JsonObject { ["say"] = "it is time for " + job.Key },
        }),
    ];

    // Each job of a batch is answered by itself: 201 if it is new.
    private static List<string> Refusals(JsonObject reply) =>
    [
        .. from result in reply["results"]?.AsArray() ?? []
           where (int?)result?["status"] is not (StatusCodes.Status200OK or StatusCodes.Status201Created)
           select result?.ToJsonString() ?? "null",
    ];

    private async Task WaitAsync(Recipient recipient, Dictionary<string, long> triggerMs)
    {
        var endMs = triggerMs.Values.Max() + (long)LateMax.TotalMilliseconds;
        while (recipient.Arrivals.Count < triggerMs.Count && time.GetUtcNow().ToUnixTimeMilliseconds() < endMs)
        {
            await Task.Delay(LookPause, time);
        }

        await Task.Delay(Aftermath, time);
    }

    private void PrintLinks(DemoOptions options, string collection)
    {
        output.WriteLine("go on with");
        output.WriteLine($"  {options.Url}/swagger");
        output.WriteLine($"  {options.Url}/job/{Database}/{collection}/job-0");
        output.WriteLine($"  {options.Url}/cluster");
    }

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..500] + "...";
}
