using System.Text;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>Checks a name.</summary>
internal static class NameCheck
{
    public static ErrorReply? Of(string field, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Replies.Invalid(field, "must not be empty");
        }

        if (name is "." or "..")
        {
            return Replies.Invalid(field, "must not be '.' or '..'");
        }

        var count = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune))
            {
                return Replies.Invalid(field, "must not hold control characters");
            }
        }

        return count > Limits.NameCodePointsMax
            ? Replies.Invalid(field, $"must have at most {Limits.NameCodePointsMax} code points")
            : IsPaired(name) ? null : Replies.Invalid(field, "must be valid Unicode");
    }

    /// <summary>A half of a surrogate pair alone would not come back as it was.</summary>
    private static bool IsPaired(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(name[i]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Checks what comes with a request.</summary>
internal static class OptionsCheck
{
    public static ErrorReply? Of(RequestOptions? options)
    {
        if (options?.IdempotencyKey is { } key && key.Length is 0 or > Limits.IdempotencyKeyCharsMax)
        {
            return Replies.Invalid("Idempotency-Key", $"must have 1 to {Limits.IdempotencyKeyCharsMax} characters");
        }

        return options is { IfAbsent: true, IfVersion: not null }
            ? Replies.Invalid("If-Match", "and If-None-Match cannot both hold")
            : null;
    }
}

/// <summary>Checks a job to be.</summary>
internal static class JobCheck
{
    public static ErrorReply? Of(JobSpec job)
    {
        if (job.TriggerTimeMs is null == job.DelayMs is null)
        {
            return Replies.Invalid("trigger_time", "or delay_ms must be given, and not both");
        }

        if (job.TriggerTimeMs is <= 0)
        {
            return Replies.Invalid("trigger_time", "must be above 0");
        }

        var horizon = Limits.HorizonMs + DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (job.TriggerTimeMs > horizon || job.DelayMs is < 0 or > Limits.HorizonMs)
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
