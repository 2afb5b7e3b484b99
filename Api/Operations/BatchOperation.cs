using System.Collections.Immutable;
using System.Globalization;
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
    public static Task<Answer> CreateAsync(ApiCall call) => call.WithBodyAsync(body =>
    {
        ErrorReply? refusal = null;
        var places = call.IsLines ? JobLines.OfLines(body.Span) : JobLines.OfArray(body.Span, out refusal);
        if (places.Count > Limits.BatchJobsMax)
        {
            var limit = string.Create(CultureInfo.InvariantCulture, $"{Limits.BatchJobsMax} jobs");
            refusal ??= InvalidField.Because("body", $"must have at most {limit}", limit);
        }

        if (refusal is not null)
        {
            return Task.FromResult(Answer.Refused(refusal));
        }

        var refusals = new ErrorReply?[places.Count];
        var jobs = ImmutableArray.CreateBuilder<JobSpec>(places.Count);
        var nowMs = call.NowMs;
        for (var i = 0; i < places.Count; i++)
        {
            if (JobJson.Read(body.Span[places[i]], pathId: null, nowMs, out refusals[i]) is { } job)
            {
                jobs.Add(job);
            }
        }

        return CreateAsync(call, jobs.DrainToImmutable(), refusals);
    });

    private static async Task<Answer> CreateAsync(
        ApiCall call, ImmutableArray<JobSpec> jobs, IReadOnlyList<ErrorReply?> refusals)
    {
        var reply = jobs.IsEmpty ? new BatchReply() : await call.Jobs.CreateManyAsync(jobs, call.Options);
        if (reply.Error is { } error)
        {
            return Answer.Refused(error);
        }

        if (reply.Jobs.Length != jobs.Length)
        {
            throw new InvalidOperationException("A batch without a reply for each of its jobs.");
        }

        return Answer.Ok(StatusCodes.Status200OK, writer => WriteResults(writer, refusals, reply.Jobs));
    }

    private static void WriteResults(
        Utf8JsonWriter writer, IReadOnlyList<ErrorReply?> refusals, ImmutableArray<JobReply> replies)
    {
        var next = 0;
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        for (var i = 0; i < refusals.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", i);
            var reply = refusals[i] is null ? replies[next++] : null;
            if ((refusals[i] ?? reply!.Error) is { } error)
            {
                writer.WriteNumber("status", HttpStatus.Of(error.Code));
                ErrorJson.WriteFields(writer, error);
            }
            else
            {
                writer.WriteNumber(
                    "status", reply!.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
                JobJson.WriteChangeFields(writer, reply);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
