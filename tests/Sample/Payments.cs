using System.Collections.Immutable;
using System.Text;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Sample;

/// <summary>A payment service: what is not paid in time is to be looked at.</summary>
public static class Payments
{
    private static readonly TimeSpan PayWithin = TimeSpan.FromMinutes(15);

    /// <summary>Makes a route, and schedules, reads, moves, cancels, lists and creates in bulk.</summary>
    /// <param name="grains">An Orleans client.</param>
    /// <param name="webhookUrl">Where timeouts go.</param>
    /// <param name="output">Takes a line for each step.</param>
    public static async Task RunAsync(IGrainFactory grains, string webhookUrl, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var timeout = new RouteSpec { Id = "payment-timeout", WebhookUrl = webhookUrl };
        (await grains.Routes("shop").PutAsync(timeout)).OrThrow();
        var jobs = grains.Jobs("shop", "payments");

        // The idempotency key makes it safe to ask again when an answer did not come.
        var options = new RequestOptions { IdempotencyKey = "order-7 was placed" };
        var created = (await jobs.CreateAsync(TimeoutOf("order-7", PayWithin), options)).OrThrow();
        await output.WriteLineAsync($"created {created.Id}");

        var job = (await jobs.GetAsync("order-7")).OrThrow().Job!;
        await output.WriteLineAsync($"it is {job.State} for {job.Route}: {Encoding.UTF8.GetString(job.Meta.Span)}");

        // Only if nobody else has moved it meanwhile.
        var onlyThis = new RequestOptions { IfVersion = job.Version };
        var moved = (await jobs.PutAsync(TimeoutOf("order-7", 2 * PayWithin), onlyThis)).OrThrow();
        var stale = await jobs.PutAsync(TimeoutOf("order-7", PayWithin), onlyThis);
        await output.WriteLineAsync($"moved; with the old version again: {stale.Error!.Code}");

        // Paid: after this answer it is never sent.
        var cancelled = (await jobs.DeleteAsync("order-7")).OrThrow();
        await output.WriteLineAsync($"cancelled: {cancelled.Deleted}, version {(moved.IsNew ? "new" : "replaced")}");

        var many = Enumerable.Range(100, 50).Select(i => TimeoutOf($"order-{i}", PayWithin)).ToImmutableArray();
        var batch = (await jobs.CreateManyAsync(many)).OrThrow();
        await output.WriteLineAsync($"created {batch.Jobs.Count(static reply => reply.Error is null)} in one request");

        await output.WriteLineAsync($"{await CountAsync(jobs)} wait");
    }

    private static async Task<int> CountAsync(IJobsGrain jobs)
    {
        var (count, cursor) = (0, (string?)null);
        do
        {
            var query = new JobQuery { State = JobStatus.Scheduled, Limit = 20, Cursor = cursor };
            var page = (await jobs.ListAsync(query)).OrThrow();
            (count, cursor) = (count + page.Jobs.Length, page.Cursor);
        }
        while (cursor is not null);

        return count;
    }

    private static JobSpec TimeoutOf(string order, TimeSpan delay) => new()
    {
        Id = order,
        DelayMs = (long)delay.TotalMilliseconds,
        Route = "payment-timeout",
        Meta = Encoding.UTF8.GetBytes($$"""{"order":"{{order}}"}"""),
    };
}
