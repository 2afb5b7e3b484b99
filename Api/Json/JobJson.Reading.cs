using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Json;

internal static partial class JobJson
{
    private static readonly string[] Fields =
        ["id", "trigger_time", "delay_ms", "route", "meta", "mode", "expire_after_ms"];

    /// <summary>Reads a job to be, and checks it.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="pathId">The id of the path; null if the path has none.</param>
    /// <param name="nowMs">The time, in ms since 1970.</param>
    /// <param name="refusal">What is wrong.</param>
    /// <returns>Null if something is wrong.</returns>
    public static JobSpec? Read(ReadOnlySpan<byte> json, string? pathId, long nowMs, out ErrorReply? refusal)
    {
        var reader = new FieldReader(json, Fields, "a job");
        var job = new JobSpec { Id = pathId, Route = null! };
        while (reader.MoveNext(out var field))
        {
            job = field switch
            {
                0 => job with { Id = IdJson.Read(ref reader, pathId) },
                1 => job with { TriggerTimeMs = reader.Time() },
                2 => job with { DelayMs = reader.Integer(0, Limits.HorizonMs) },
                3 => job with { Route = reader.Text()! },
                4 => job with { Meta = reader.Raw().ToArray() },
                5 => job with { Mode = ModeJson.Read(ref reader) },
                6 => job with { ExpireAfterMs = reader.Integer(1, Limits.HorizonMs) },
                _ => throw new InvalidOperationException("A field without a meaning."),
            };
        }

        refusal = reader.Refusal ?? JobRules.CheckFields(job, nowMs);
        return refusal is null ? job : null;
    }
}
