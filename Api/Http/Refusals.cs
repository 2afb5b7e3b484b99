using System.Collections.Immutable;
using System.Globalization;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Http;

/// <summary>The refusals that no grain is asked for.</summary>
internal static class Refusals
{
    private const int RetryAfterMs = 1_000;

    public static ErrorReply PathNotFound { get; } =
        new(ErrorCodes.PathNotFound, "There is nothing at this path; /swagger shows all there is.");

    public static ErrorReply Unauthorized { get; } = new(
        ErrorCodes.Unauthorized,
        "The request needs the header 'Authorization: Bearer <key>' with a key that is known.");

    public static ErrorReply NotLocal { get; } = new(
        ErrorCodes.Unauthorized,
        $"No keys are set: only programs of this machine are served, by its address. Set {ApiOptions.Section}:Keys.");

    public static ErrorReply Busy { get; } =
        new(ErrorCodes.Overloaded, "Too many large bodies are under way. Nothing was done.")
        {
            RetryAfterMs = RetryAfterMs,
        };

    public static ErrorReply OutcomeUnknown { get; } = new(
        ErrorCodes.OutcomeUnknown, "No answer came in time; the request may or may not take effect.")
    {
        RetryAfterMs = RetryAfterMs,
    };

    public static ErrorReply Unavailable { get; } =
        new(ErrorCodes.Unavailable, "No answer came in time.") { RetryAfterMs = RetryAfterMs };

    public static ErrorReply BodyNotRead { get; } =
        InvalidField.Because("body", "must arrive whole, as its length or its chunks say");

    public static ErrorReply TwoLengths { get; } =
        InvalidField.Because("Content-Length", "must not be given beside Transfer-Encoding");

    public static ErrorReply MethodNotAllowed(string allowed) =>
        new(ErrorCodes.MethodNotAllowed, $"This path takes {allowed}.") { Details = Detail("allowed", allowed) };

    public static ErrorReply Forbidden(ApiScope scope, string? database)
    {
        var name = scope switch
        {
            ApiScope.Read => "read",
            ApiScope.Write => "write",
            ApiScope.Admin => "admin",
            _ => throw new ArgumentOutOfRangeException(nameof(scope)),
        };
        return new ErrorReply(ErrorCodes.Forbidden, $"The key does not have the scope {name} here.")
        {
            Details = Detail("scope", name).Add("database", database ?? "*"),
        };
    }

    public static ErrorReply BodyTooLarge(int bytesMax)
    {
        var limit = string.Create(CultureInfo.InvariantCulture, $"{bytesMax} bytes");
        return new ErrorReply(ErrorCodes.BodyTooLarge, $"The body is longer than {limit}.")
        {
            Details = Detail("limit", limit),
        };
    }

    public static ErrorReply UnsupportedMediaType(string field, string accepted) =>
        new(ErrorCodes.UnsupportedMediaType, $"{field} must be {accepted}.")
        {
            Details = Detail("field", field).Add("accepted", accepted),
        };

    private static ImmutableSortedDictionary<string, string> Detail(string name, string value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(name, value);
}
