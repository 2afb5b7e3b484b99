using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>A request that was matched, let in and whose path, query and headers are fine.</summary>
internal sealed class ApiCall(ApiServices services, Operation operation, HttpContext http)
{
    /// <summary>The database's name; empty if the path has none.</summary>
    public string Database { get; init; } = "";

    /// <summary>The collection's name; empty if the path has none.</summary>
    public string Collection { get; init; } = "";

    /// <summary>The job's or route's id; empty if the path has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The query.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>What the headers ask for; null for nothing.</summary>
    public RequestOptions? Options { get; init; }

    /// <summary>The jobs of the path's collection.</summary>
    public IJobsGrain Jobs => services.Grains.Jobs(Database, Collection);

    /// <summary>The routes of the path's database.</summary>
    public IRoutesGrain Routes => services.Grains.Routes(Database);

    /// <summary>The cluster.</summary>
    public IClusterGrain Cluster => services.Grains.Cluster();

    /// <summary>Whether this process should get traffic.</summary>
    public IReadiness Readiness => services.Readiness;

    /// <summary>The time, in ms since 1970.</summary>
    public long NowMs => services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether the body is lines of JSON.</summary>
    public bool IsLines => MediaType.Of(http.Request.ContentType, operation.TakesLines) == BodyForm.Lines;

    /// <summary>Reads the body, makes something of it, and does something with that.</summary>
    public async Task<Answer> WithBodyAsync<T>(BodyParser<T> parse, Func<T, Task<Answer>> use)
    {
        var (body, refusal) = await ReadBodyAsync();
        if (body is null)
        {
            return Answer.Refused(refusal!);
        }

        T? parsed;
        using (body)
        {
            parsed = parse(body.Span, out refusal);
        }

        return refusal is null ? await use(parsed!) : Answer.Refused(refusal);
    }

    private async Task<(RequestBody? Body, ErrorReply? Refusal)> ReadBodyAsync()
    {
        try
        {
            return await RequestBody.ReadAsync(http.Request, operation.BodyBytesMax, services.Bodies);
        }
        catch (IOException)
        {
            // What else the connection brings cannot be told apart from this body.
            http.Response.Headers.Connection = "close";
            return (null, Refusals.BodyNotRead);
        }
    }
}
