using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Operations;

/// <summary>Creates many jobs at once, each on its own.</summary>
internal static class BatchOperation
{
    public static Task<Answer> CreateAsync(ApiCall call) => call.WithBodyAsync<Batch>(
        (body, out refusal) => Read(call, body, out refusal), batch => CreateAsync(call, batch));

    private static Batch? Read(ApiCall call, ReadOnlySpan<byte> body, out ErrorReply? refusal)
    {
        refusal = null;
        var places = call.IsLines ? JobLines.OfLines(body) : JobLines.OfArray(body, out refusal);
        refusal ??= JobRules.CheckCount(places.Count);
        if (refusal is not null)
        {
            return null;
        }

        var refusals = new ErrorReply?[places.Count];
        var jobs = ImmutableArray.CreateBuilder<JobSpec?>(places.Count);
        var nowMs = call.NowMs;
        for (var i = 0; i < places.Count; i++)
        {
            jobs.Add(JobJson.Read(body[places[i]], pathId: null, nowMs, out refusals[i]));
        }

        return new Batch(jobs.MoveToImmutable(), refusals);
    }

    private static async Task<Answer> CreateAsync(ApiCall call, Batch batch)
    {
        var replies = ImmutableArray<JobReply>.Empty;
        if (Array.Exists(batch.Refusals, refusal => refusal is null))
        {
            // A refused job keeps its place: an item's number is part of its request's id.
            var reply = await call.Jobs.CreateManyAsync(batch.Jobs!, call.Options);
            if (reply.Error is { } error)
            {
                return Answer.Refused(error);
            }

            replies = reply.Jobs.Length == batch.Jobs.Length
                ? reply.Jobs
                : throw new InvalidOperationException("A batch without a reply for each of its jobs.");
        }

        return Answer.Ok(StatusCodes.Status200OK, writer => WriteResults(writer, batch.Refusals, replies));
    }

    private static void WriteResults(
        Utf8JsonWriter writer, ErrorReply?[] refusals, ImmutableArray<JobReply> replies)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        for (var i = 0; i < refusals.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", i);
            if ((refusals[i] ?? replies[i].Error) is { } error)
            {
                writer.WriteNumber("status", HttpStatus.Of(error.Code));
                ErrorJson.WriteFields(writer, error);
            }
            else
            {
                writer.WriteNumber(
                    "status", replies[i].IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
                JobJson.WriteChangeFields(writer, replies[i]);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A batch as it was read.</summary>
    /// <param name="Jobs">Its jobs; null in the places of those that are refused.</param>
    /// <param name="Refusals">Why; null in the places of those that are not.</param>
    private sealed record Batch(ImmutableArray<JobSpec?> Jobs, ErrorReply?[] Refusals);
}
