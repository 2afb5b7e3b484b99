using System.Globalization;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a job to be, and a question for jobs, may say.</summary>
public static class JobRules
{
    private static readonly string Horizon =
        string.Create(CultureInfo.InvariantCulture, $"{Limits.HorizonMs} ms (100 years)");

    /// <summary>The refusal of a cursor that no page of the list gave.</summary>
    public static ErrorReply BadCursor { get; } =
        InvalidField.Because("cursor", "must be one that a page of this list gave");

    /// <summary>Checks a job, its meta included.</summary>
    /// <param name="job">The job.</param>
    /// <param name="nowMs">The time, in ms since 1970.</param>
    /// <returns>The refusal; null if the job is fine.</returns>
    public static ErrorReply? Check(JobSpec? job, long nowMs) => job is null
        ? InvalidField.Because("job", "is required")
        : CheckFields(job, nowMs) ?? MetaRules.Check(job.Meta.Span);

    /// <summary>Checks a job whose meta was read as JSON already: of the meta only the length is looked at.</summary>
    /// <param name="job">The job.</param>
    /// <param name="nowMs">The time, in ms since 1970.</param>
    /// <returns>The refusal; null if the job is fine.</returns>
    public static ErrorReply? CheckFields(JobSpec job, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (job.Id is null ? null : NameRules.Check("id", job.Id))
            ?? CheckTime(job, nowMs)
            ?? NameRules.Check("route", job.Route)
            ?? MetaRules.CheckLength(job.Meta.Length)
            ?? CheckMode(job.Mode)
            ?? CheckExpiry(job.ExpireAfterMs);
    }

    /// <summary>Checks a question for jobs.</summary>
    /// <returns>The refusal; null if the question is fine.</returns>
    public static ErrorReply? Check(JobQuery? query) => query switch
    {
        null => InvalidField.Because("query", "is required"),
        { Limit: < 1 or > Limits.PageJobsMax } => InvalidField.NotWithin("limit", 1, Limits.PageJobsMax),
        { State: { } state } when state == JobStatus.None || !Enum.IsDefined(state) =>
            InvalidField.Because("state", "must be one that jobs have"),
        { FromMs: < 0 } => InvalidField.Because("from", "must not be negative", "0"),
        { ToMs: < 0 } => InvalidField.Because("to", "must not be negative", "0"),
        { Cursor.Length: 0 or > Limits.CursorCharsMax } => BadCursor,
        { Route: { } route } => NameRules.Check("route", route),
        _ => null,
    };

    /// <summary>Checks the number of jobs of a batch.</summary>
    /// <returns>The refusal; null if it is fine.</returns>
    public static ErrorReply? CheckCount(int jobs)
    {
        var limit = string.Create(CultureInfo.InvariantCulture, $"1 to {Limits.BatchJobsMax}");
        return jobs is < 1 or > Limits.BatchJobsMax
            ? InvalidField.Because("jobs", $"must be {limit} in number", limit)
            : null;
    }

    private static ErrorReply? CheckTime(JobSpec job, long nowMs) => job switch
    {
        { TriggerTimeMs: null, DelayMs: null } =>
            InvalidField.Because("trigger_time", "is required, or delay_ms in its place"),
        { TriggerTimeMs: not null, DelayMs: not null } =>
            InvalidField.Because("delay_ms", "must not be given beside trigger_time"),
        { TriggerTimeMs: <= 0 } =>
            InvalidField.Because("trigger_time", "must be positive: milliseconds since 1970", "1"),
        { TriggerTimeMs: { } time } when time - nowMs > Limits.HorizonMs =>
            InvalidField.Because("trigger_time", "must be at most 100 years ahead", Horizon),
        { DelayMs: < 0 } => InvalidField.Because("delay_ms", "must not be negative", "0"),
        { DelayMs: > Limits.HorizonMs } =>
            InvalidField.Because("delay_ms", "must be at most 100 years", Horizon),
        _ => null,
    };

    private static ErrorReply? CheckMode(Delivery mode) => Enum.IsDefined(mode)
        ? null
        : InvalidField.Because("mode", "must be at_least_once or at_most_once", "at_least_once, at_most_once");

    private static ErrorReply? CheckExpiry(long? expireAfterMs) => expireAfterMs switch
    {
        < 1 => InvalidField.Because("expire_after_ms", "must be at least 1", "1"),
        > Limits.HorizonMs => InvalidField.Because("expire_after_ms", "must be at most 100 years", Horizon),
        _ => null,
    };
}
