using System.Collections.Immutable;
using System.Globalization;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>Makes the refusals with <see cref="ErrorCodes.InvalidRequest"/>.</summary>
public static class InvalidField
{
    /// <summary>Refuses a field. The message reads as a sentence: the field, then the reason.</summary>
    /// <param name="field">The field as clients write it: <c>trigger_time</c>.</param>
    /// <param name="reason">What it must be or must not be: "must be positive".</param>
    /// <param name="limit">The limit that it breaks, if it breaks one.</param>
    public static ErrorReply Because(string field, string reason, string? limit = null)
    {
        var details = ImmutableSortedDictionary<string, string>.Empty.Add("field", field).Add("reason", reason);
        return new ErrorReply(ErrorCodes.InvalidRequest, $"{field} {reason}.")
        {
            Details = limit is null ? details : details.Add("limit", limit),
        };
    }

    /// <summary>Refuses an integer that is outside of its range, or no integer.</summary>
    /// <param name="field">The field as clients write it.</param>
    /// <param name="min">The least.</param>
    /// <param name="max">The most.</param>
    public static ErrorReply NotWithin(string field, long min, long max)
    {
        var limit = string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");
        return Because(field, $"must be an integer from {limit}", limit);
    }
}
