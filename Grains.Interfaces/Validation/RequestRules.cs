using System.Globalization;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a caller may add to a request.</summary>
public static class RequestRules
{
    /// <summary>Checks what was added.</summary>
    /// <returns>The refusal; null if it is fine.</returns>
    public static ErrorReply? Check(RequestOptions? options)
    {
        if (options is { IfAbsent: true, IfVersion: not null })
        {
            return InvalidField.Because("If-None-Match", "must not be given beside If-Match");
        }

        if (options is { IfVersion: < 0 })
        {
            return InvalidField.Because("If-Match", "must not be negative");
        }

        if (options?.IdempotencyKey is not { } key)
        {
            return null;
        }

        if (key.Length is 0 or > Limits.IdempotencyKeyCharsMax)
        {
            var limit =
                string.Create(CultureInfo.InvariantCulture, $"1 to {Limits.IdempotencyKeyCharsMax} characters");
            return InvalidField.Because("Idempotency-Key", $"must be {limit} long", limit);
        }

        return key.Any(char.IsControl) || !NameRules.IsWellFormed(key)
            ? InvalidField.Because("Idempotency-Key", "must be valid Unicode without control characters")
            : null;
    }
}
