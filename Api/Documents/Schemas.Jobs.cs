using Microsoft.OpenApi;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

internal static partial class Schemas
{
    private static OpenApiSchema JobSpec() => Field.Object(
        "A job to be. Exactly one of trigger_time and delay_ms is given. Other fields are refused.",
        [
            ("route", Field.Name("The id of a route of the same database.", "hook")),
            ("meta", new OpenApiSchema
            {
                Description = "What is delivered, byte for byte: any JSON value of at most 256 KiB and 64 levels.",
            }),
        ],
        [
            ("id", Field.Name("The job's id; absent for one that is made.", "order-42")),
            ("trigger_time", TriggerTime()),
            ("delay_ms", Field.Integer("How long from now, in ms; at most 100 years.", 0, Limits.HorizonMs)),
            ("mode", Mode("How often it may be sent. Default: as the route says.")),
            ("expire_after_ms", Field.Integer(
                "How long after its trigger time it is of use, in ms. Default: for ever.", 1, Limits.HorizonMs)),
        ]);

    private static OpenApiSchema TriggerTime() => new()
    {
        Description = "When to trigger: milliseconds since 1970, or an RFC 3339 time. A past one is due at once. "
            + "At most 100 years ahead.",
        Examples = Field.Examples(ExampleTime),
        OneOf =
        [
            new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1" },
            new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        ],
    };

    private static OpenApiSchema JobChange() => Field.Object(
        "What became of a change.",
        [
            ("status", Field.OneOf("Always ok.", "ok")),
            ("id", Field.Text("The job's id.", "order-42")),
            ("version", Field.Integer("The job's version now. It never falls.", example: 65_536)),
            ("offset", Field.Integer("The log index of what was written.", example: 1)),
            ("state", State()),
        ]);

    private static OpenApiSchema JobDeletion() => Field.Object(
        "What became of a delete.",
        [
            ("status", Field.OneOf("Always ok.", "ok")),
            ("id", Field.Text("The job's id.", "order-42")),
            ("version", Field.Integer("The job's version.", example: 65_536)),
            ("outcome", Field.OneOf("Whether it was never attempted, or only stopped.", "won", "stopped")),
            ("attempts", Field.Integer("How many attempts were made, one under way included.", example: 0)),
        ]);

    private static OpenApiSchema BatchResult() => Field.Object(
        "What became of one job of a batch: the fields of a change, or those of a refusal.",
        [
            ("index", Field.Integer("The job's place in the batch, from 0.", 0, Limits.BatchJobsMax - 1, 0)),
            ("status", Field.Integer("The HTTP status that the job alone would have had.", example: 201)),
        ],
        [
            ("id", Field.Text("The job's id.", "order-42")),
            ("version", Field.Integer("The job's version now.", example: 65_536)),
            ("offset", Field.Integer("The log index of what was written.", example: 1)),
            ("state", State()),
            ("error", Field.Text("Why it was refused.")),
            ("code", Field.Text("The stable code of the refusal.")),
            ("details", Details("What is known besides.")),
        ]);

    private static OpenApiSchema Job(OpenApiDocument document) => Field.Object(
        "A job as it is.",
        [
            ("id", Field.Text("The job's id.", "order-42")),
            ("db", Field.Text("The database's name.", "shop")),
            ("collection", Field.Text("The collection's name.", "timeouts")),
            ("state", State()),
            ("version", Field.Integer("The number of the command that wrote it.", example: 65_536)),
            ("trigger_time", Field.Integer("When it triggers, in ms since 1970.", example: ExampleTime)),
            ("route", Field.Text("The id of its route.", "hook")),
            ("created_at", Field.Integer("When it was created, in ms since 1970.")),
            ("attempt_count", Field.Integer("How many attempts were made, one under way included.")),
        ],
        [
            ("mode", Mode("How often it may be sent; absent if the route says it.")),
            ("expire_after_ms", Field.Integer("How long after its trigger time it is of use; absent for ever.")),
            ("meta", new OpenApiSchema { Description = "What is delivered; absent once it is dropped." }),
            ("attempts", Field.List(
                "The newest attempts; of unfinished, dead and unknown jobs. A record of route_deleted may be of none "
                    + "that was made: attempt_count counts.",
                Reference("Attempt", document))),
            ("last_status", Field.Integer("The status of the last attempt; of the other jobs.")),
            ("lateness_ms", Field.Integer("How late the last attempt was sent.")),
            ("next_attempt_at", Field.Integer("When it is due next, in ms since 1970; of waiting jobs.")),
            ("stopped", Field.Boolean("True if it was deleted while an attempt was under way.")),
        ]);

    private static OpenApiSchema Attempt() => Field.Object(
        "An attempt.",
        [
            ("n", Field.Integer("1 for the first.")),
            ("at", Field.Integer("When it was sent, in ms since 1970.")),
            ("ms", Field.Integer("From the sending to the outcome.")),
        ],
        [
            ("status", Field.Integer("The recipient's status; absent if none came.")),
            ("error", Field.Text("Why it failed; absent if it did not.")),
        ]);

    private static OpenApiSchema State() => Field.OneOf("Where it is in its life.", StateJson.All);
}
