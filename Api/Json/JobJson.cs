using System.Text.Json;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Json;

/// <summary>Jobs as JSON.</summary>
internal static partial class JobJson
{
    /// <summary>A job as it is. Its meta is written as it was sent, byte for byte.</summary>
    public static void Write(Utf8JsonWriter writer, Job job)
    {
        writer.WriteStartObject();
        writer.WriteString("id", job.Id);
        writer.WriteString("db", job.Database);
        writer.WriteString("collection", job.Collection);
        writer.WriteString("state", StateJson.Word(job.State));
        writer.WriteNumber("version", job.Version);
        writer.WriteNumber("trigger_time", job.TriggerTimeMs);
        writer.WriteString("route", job.Route);
        if (ModeJson.Word(job.Mode) is { } mode)
        {
            writer.WriteString("mode", mode);
        }

        WriteIfKnown(writer, "expire_after_ms", job.ExpireAfterMs);
        if (!job.Meta.IsEmpty)
        {
            writer.WritePropertyName("meta");
            writer.WriteRawValue(job.Meta.Span, skipInputValidation: true);
        }

        writer.WriteNumber("created_at", job.CreatedAtMs);
        WriteAttempts(writer, job);
        WriteIfKnown(writer, "lateness_ms", job.LatenessMs);
        if (job.State is JobStatus.Scheduled or JobStatus.Retrying)
        {
            writer.WriteNumber("next_attempt_at", job.DueMs);
        }

        if (job.IsStopped)
        {
            writer.WriteBoolean("stopped", true);
        }

        writer.WriteEndObject();
    }

    /// <summary>What a change of a job is answered with.</summary>
    public static void WriteChange(Utf8JsonWriter writer, JobReply reply)
    {
        writer.WriteStartObject();
        writer.WriteString("status", "ok");
        WriteChangeFields(writer, reply);
        writer.WriteEndObject();
    }

    /// <summary>What a delete is answered with.</summary>
    public static void WriteDelete(Utf8JsonWriter writer, JobReply reply)
    {
        writer.WriteStartObject();
        writer.WriteString("status", "ok");
        writer.WriteString("id", reply.Id);
        writer.WriteNumber("version", reply.Version);
        writer.WriteString("outcome", reply.Deleted == DeleteOutcome.Won ? "won" : "stopped");
        writer.WriteNumber("attempts", reply.AttemptCount);
        writer.WriteEndObject();
    }

    /// <summary>The fields of a change's answer, without its status.</summary>
    public static void WriteChangeFields(Utf8JsonWriter writer, JobReply reply)
    {
        writer.WriteString("id", reply.Id);
        writer.WriteNumber("version", reply.Version);
        writer.WriteNumber("offset", reply.Offset);
        writer.WriteString("state", StateJson.Word(reply.State));
    }

    private static void WriteAttempts(Utf8JsonWriter writer, Job job)
    {
        writer.WriteNumber("attempt_count", job.AttemptCount);
        if (job.State is JobStatus.Delivered or JobStatus.Cancelled or JobStatus.Expired)
        {
            WriteIfKnown(writer, "last_status", job.LastStatus == 0 ? null : job.LastStatus);
            return;
        }

        writer.WriteStartArray("attempts");
        foreach (var attempt in job.Attempts.IsDefault ? [] : job.Attempts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("n", attempt.Number);
            writer.WriteNumber("at", attempt.AtMs);
            WriteIfKnown(writer, "status", attempt.Status == 0 ? null : attempt.Status);
            if (attempt.Error is not null)
            {
                writer.WriteString("error", attempt.Error);
            }

            writer.WriteNumber("ms", attempt.DurationMs);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteIfKnown(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, known);
        }
    }
}
