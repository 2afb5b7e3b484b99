using System.Globalization;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a caller may add to a request.</summary>
public static class RequestRules
{
    /// <summary>Checks what was added.</summary>
    /// <returns>The refusal; null if it is fine.</returns>
    public static ErrorReply? Check(RequestOptions? options)
    {
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

        return key.Any(char.IsControl)
            ? InvalidField.Because("Idempotency-Key", "must not hold control characters")
            : null;
    }
}
