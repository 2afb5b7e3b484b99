using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

/// <summary>The forms of bodies and answers.</summary>
internal static partial class Schemas
{
    private const long ExampleTime = 1_893_456_000_000;

    /// <summary>All, by name.</summary>
    /// <param name="document">The document that they are of: they refer to one another through it.</param>
    public static Dictionary<string, IOpenApiSchema> All(OpenApiDocument document) => new()
    {
        ["JobSpec"] = JobSpec(),
        ["JobBatch"] = Field.List(
            "The jobs, each with the fields of JobSpec.", Reference("JobSpec", document), Limits.BatchJobsMax),
        ["JobChange"] = JobChange(),
        ["Job"] = Job(document),
        ["Attempt"] = Attempt(),
        ["JobPage"] = Field.Object(
            "A page of jobs.",
            [
                ("jobs", Field.List("The jobs.", Reference("Job", document), Limits.PageJobsMax)),
                ("cursor", Nullable(Field.Text("For the next page; null behind the last."))),
            ]),
        ["JobDeletion"] = JobDeletion(),
        ["BatchResults"] = Field.Object(
            "What became of a batch.",
            [("results", Field.List("In the order of the jobs.", Reference("BatchResult", document)))]),
        ["BatchResult"] = BatchResult(),
        ["RouteSpec"] = RouteSpec(),
        ["RouteChange"] = RouteChange(),
        ["Route"] = Route(),
        ["RoutePage"] = Field.Object(
            "All routes of a database.", [("routes", Field.List("Ordered by id.", Reference("Route", document)))]),
        ["ClusterConfiguration"] = ClusterConfiguration(),
        ["JoiningNode"] = JoiningNode(),
        ["RemovedNode"] = Field.Object("A node.", [("node_id", Field.Name("The node's name.", "node3"))]),
        ["Cluster"] = Cluster(document),
        ["Servers"] = Field.Object(
            "The nodes.", [("servers", Field.List("By number.", Reference("Node", document)))]),
        ["Node"] = Node(),
        ["VNode"] = VNode(),
        ["Done"] = Field.Object("It is done.", [("status", Field.OneOf("Always ok.", "ok"))]),
        ["Health"] = Field.Object(
            "The state of this process.",
            [("status", Field.OneOf("Always ok.", "ok")), ("reason", Field.Text("For people.", "alive"))]),
        ["Error"] = Error(),
    };

    public static OpenApiSchemaReference Reference(string name, OpenApiDocument document) => new(name, document);

    private static OpenApiSchema Nullable(OpenApiSchema schema)
    {
        schema.Type |= JsonSchemaType.Null;
        return schema;
    }

    private static OpenApiSchema Mode(string description) =>
        Field.OneOf(description, ModeJson.AtLeastOnce, ModeJson.AtMostOnce);

    private static OpenApiSchema RouteSpec() => Field.Object(
        "A route to be. Other fields are refused.",
        [("webhook_url", WebhookUrl())],
        [
            ("id", Field.Name("The route's id; absent where the path has it.", "hook")),
            ("type", Field.OneOf("The kind of route.", "REST")),
            ("mode", Mode("How often a job may be sent that does not say it itself. Default: at_least_once.")),
            ("timeout_ms", Field.Integer(
                "The time that an attempt may take. Default 10000.", 1, Limits.TimeoutMsMax, 10_000)),
            ("attempts_max", Field.Integer(
                "How many failed attempts make a job dead. Default 10.", 1, Limits.AttemptsMax, 10)),
            ("backoff_initial_ms", Field.Integer(
                "The backoff after the first failure; it doubles. At most backoff_max_ms. Default 1000, or "
                + "backoff_max_ms if that is less.",
                1,
                Limits.BackoffMsMax,
                Limits.BackoffInitialMsDefault)),
            ("backoff_max_ms", Field.Integer(
                "The longest backoff; at least backoff_initial_ms. Default 600000.",
                1,
                Limits.BackoffMsMax,
                Limits.BackoffMaxMsDefault)),
            ("concurrency", Field.Integer(
                "The most sends under way in the whole cluster. Default: no limit.", 1, Limits.ConcurrencyMax, 16)),
            ("rate_per_s", Field.Integer(
                "The most sends in any second in the whole cluster. Default: no limit.",
                1,
                Limits.RatePerSecondMax,
                100)),
            ("paused", Field.Boolean("Whether nothing is sent for now. Default: false.")),
            ("secrets", Secrets()),
        ]);

    private static OpenApiSchema WebhookUrl()
    {
        var schema = Field.Text(
            "The address to POST to: absolute, http or https, without user, password and fragment, 2048 bytes at most.",
            "https://shop.example/hooks/timeout");
        schema.Format = "uri";
        schema.MaxLength = Limits.WebhookUrlBytesMax;
        return schema;
    }

    private static OpenApiSchema Secrets()
    {
        var schema = Field.List(
            "The signing secrets, each whsec_ and base64 of 24 to 64 bytes; two while they change. Never shown again.",
            new OpenApiSchema { Type = JsonSchemaType.String },
            Limits.SecretsMax);
        schema.MinItems = 1;
        schema.WriteOnly = true;
        return schema;
    }

    private static OpenApiSchema RouteChange() => Field.Object(
        "What became of a change.",
        [
            ("status", Field.OneOf("Always ok.", "ok")),
            ("id", Field.Text("The route's id.", "hook")),
            ("version", Field.Integer("The route's version now.", example: 65_536)),
        ]);

    private static OpenApiSchema Route() => Field.Object(
        "A route as it is.",
        [
            ("id", Field.Text("The route's id.", "hook")),
            ("db", Field.Text("The database's name.", "shop")),
            ("type", Field.OneOf("The kind of route.", "REST")),
            ("webhook_url", Field.Text("The address to POST to.", "https://shop.example/hooks/timeout")),
            ("mode", Mode("How often a job may be sent that does not say it itself.")),
            ("timeout_ms", Field.Integer("The time that an attempt may take.")),
            ("attempts_max", Field.Integer("How many failed attempts make a job dead.")),
            ("backoff_initial_ms", Field.Integer("The backoff after the first failure.")),
            ("backoff_max_ms", Field.Integer("The longest backoff.")),
            ("paused", Field.Boolean("Whether nothing is sent for now.")),
            ("secret_count", Field.Integer("How many signing secrets it has.")),
            ("version", Field.Integer("The number of the command that last changed it.")),
        ],
        [
            ("concurrency", Field.Integer("The most sends under way; absent for no limit.")),
            ("rate_per_s", Field.Integer("The most sends in any second; absent for no limit.")),
            ("deleting", Field.Boolean("True while a delete is under way.")),
        ]);

    private static OpenApiSchema Details(string description) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["version"] = Field.Integer("The present version of the job or route.", example: 65_536),
            ["unfinished"] = Field.Integer("Of a route that is in use: its unfinished jobs.", example: 2),
        },
        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema Error()
    {
        var schema = Field.Object(
            "A refusal. docs/errors has a page for each code.",
            [
                ("error", Field.Text("For people.", "trigger_time must be positive: milliseconds since 1970.")),
                ("code", Field.Text("Stable: E001 and so on.", "E001")),
                ("details", Details(
                    "What is known besides: the field, the reason and the limit; the present version.")),
            ]);
        schema.Examples = Field.Examples(JsonNode.Parse(
            """
            {"error":"trigger_time must be positive: milliseconds since 1970.","code":"E001",
             "details":{"field":"trigger_time","limit":"1","reason":"must be positive: milliseconds since 1970"}}
            """));
        return schema;
    }
}
