using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>Checks a job to be.</summary>
internal static class JobCheck
{
    /// <summary>What is wrong with a job; null if nothing is.</summary>
    /// <param name="job">The job.</param>
    /// <param name="nowMs">The present, in ms since 1970.</param>
    public static ErrorReply? Of(JobSpec job, long nowMs)
    {
        if (job.TriggerTimeMs is null == job.DelayMs is null)
        {
            return Replies.Invalid("trigger_time", "or delay_ms must be given, and not both");
        }

        if (job.TriggerTimeMs is <= 0)
        {
            return Replies.Invalid("trigger_time", "must be above 0");
        }

        if (job.TriggerTimeMs > nowMs + Limits.HorizonMs || job.DelayMs is < 0 or > Limits.HorizonMs)
        {
            return Replies.Invalid("trigger_time", "must be at most 100 years ahead, and delay_ms not below 0");
        }

        if (job.ExpireAfterMs is < 1 or > Limits.HorizonMs)
        {
            return Replies.Invalid("expire_after_ms", $"must be 1 to {Limits.HorizonMs}");
        }

        if (job.Meta.Length is 0 or > Limits.MetaBytesMax)
        {
            return Replies.Invalid("meta", $"must have 1 to {Limits.MetaBytesMax} bytes");
        }

        return Enum.IsDefined(job.Mode) ? NameCheck.Of("route", job.Route) : Replies.Invalid("mode", "is not known");
    }
}
