using Microsoft.OpenApi;
using TimeMachine.Api.Json;
using TimeMachine.Api.Operations;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

/// <summary>The parts of paths, queries and headers.</summary>
internal static class Parameters
{
    /// <summary>The header of answers that have a version.</summary>
    public static Dictionary<string, IOpenApiHeader> ETag => new()
    {
        ["ETag"] = new OpenApiHeader { Schema = Field.Text("The version, in quotes.", "\"65536\"") },
    };

    /// <summary>The header of answers that ask for patience.</summary>
    public static Dictionary<string, IOpenApiHeader> RetryAfter => new()
    {
        ["Retry-After"] = new OpenApiHeader { Schema = Field.Integer("After how many seconds to ask again.", 1) },
    };

    /// <summary>All of an operation.</summary>
    public static IEnumerable<IOpenApiParameter> Of(Operation operation, OperationDocument texts)
    {
        foreach (var part in operation.Path.Split('/').Where(part => part.StartsWith('{')))
        {
            yield return PathPart(part[1..^1], texts.Tag);
        }

        foreach (var name in operation.Parameters)
        {
            yield return Make(ParameterLocation.Query, name, QueryPart(name));
        }

        if (operation.TakesVersion)
        {
            var version = Field.Text("The version that must be there, in quotes, as ETag.");
            yield return Make(ParameterLocation.Header, "If-Match", version);
            yield return Make(
                ParameterLocation.Header, "If-None-Match", Field.OneOf("Nothing may be there yet.", "*"));
        }

        if (TakesKey(operation, texts))
        {
            var key = Field.Text(
                "The same for every repeat of one request: a repeat is not done again. For a minute the same change of "
                + "the same job or route with other content is refused.");
            key.MinLength = 1;
            key.MaxLength = Limits.IdempotencyKeyCharsMax;
            yield return Make(ParameterLocation.Header, "Idempotency-Key", key);
        }
    }

    /// <summary>Whether an operation is known again by its Idempotency-Key.</summary>
    public static bool TakesKey(Operation operation, OperationDocument texts) =>
        operation.Scope is ApiScope.Write or ApiScope.Admin && texts.Tag != OperationDocuments.ClusterTag;

    private static OpenApiParameter PathPart(string name, string tag)
    {
        var schema = (name, tag) switch
        {
            ("db", _) => Field.Name("The database.", "shop"),
            ("collection", _) => Field.Name("The collection.", "timeouts"),
            ("id", OperationDocuments.RoutesTag) => Field.Name("The route.", "hook"),
            ("id", _) => Field.Name("The job.", "order-42"),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such part of a path."),
        };
        var parameter = Make(ParameterLocation.Path, name, schema);
        parameter.Required = true;
        return parameter;
    }

    private static OpenApiSchema QueryPart(string name) => name switch
    {
        "state" => Field.OneOf("In this state only.", StateJson.All),
        "route" => Field.Name("Of this route only.", "hook"),
        "from" => Field.Text("Triggering at this time or later: ms since 1970, or RFC 3339.", "1893456000000"),
        "to" => Field.Text("Triggering before this time: ms since 1970, or RFC 3339.", "2031-01-01T00:00:00Z"),
        "limit" => Field.Integer("The most jobs of the page. Default 100.", 1, Limits.PageJobsMax, 100),
        "cursor" => Field.Text("The cursor that the page before gave."),
        "force" => Force(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such part of a query."),
    };

    private static OpenApiSchema Force()
    {
        var schema = Field.Boolean("Whether unfinished jobs do not stop it. Default: false.");
        schema.Examples = Field.Examples(true);
        return schema;
    }

    private static OpenApiParameter Make(ParameterLocation place, string name, OpenApiSchema schema)
    {
        var example = schema.Examples?.FirstOrDefault();
        var description = schema.Description;
        schema.Examples = null;
        schema.Description = null;
        return new OpenApiParameter
        {
            In = place,
            Name = name,
            Description = description,
            Schema = schema,
            Example = example,
        };
    }
}
