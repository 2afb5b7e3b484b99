using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

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
