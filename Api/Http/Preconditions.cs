using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Http;

/// <summary>Reads the headers that go with a change: Idempotency-Key, If-Match, If-None-Match, traceparent.</summary>
internal static class Preconditions
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const string IfMatch = "If-Match";
    private const string IfNoneMatch = "If-None-Match";

    /// <summary>Longer than any that is known; of a longer one nothing is taken.</summary>
    private const int TraceCharsMax = 256;

    /// <summary>Reads them.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="takesVersion">Whether the operation depends on a version, if asked to.</param>
    /// <param name="options">What was asked for; null for nothing.</param>
    /// <returns>The refusal; null if they are fine.</returns>
    public static ErrorReply? Read(IHeaderDictionary headers, bool takesVersion, out RequestOptions? options)
    {
        options = null;
        headers.TryGetValue(IdempotencyKey, out var key);
        var ifMatch = headers.IfMatch;
        var ifNoneMatch = headers.IfNoneMatch;
        var trace = TraceOf(headers);
        if (key.Count + ifMatch.Count + ifNoneMatch.Count == 0 && trace is null)
        {
            return null;
        }

        var refusal = CheckOnce(IdempotencyKey, key)
            ?? CheckTaken(IfMatch, ifMatch, takesVersion)
            ?? CheckTaken(IfNoneMatch, ifNoneMatch, takesVersion);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!TryReadVersion(ifMatch, out var version))
        {
            return InvalidField.Because(IfMatch, "must be one version in quotes, like \"42\", as ETag gave it");
        }

        if (ifNoneMatch is [{ } none] && none.Trim() != "*")
        {
            return InvalidField.Because(IfNoneMatch, "takes * only");
        }

        options = new RequestOptions
        {
            IdempotencyKey = key.Count == 0 ? null : key[0],
            IfVersion = version,
            IfAbsent = ifNoneMatch.Count == 1,
            TraceParent = trace,
        };
        return RequestRules.Check(options);
    }

    /// <summary>Where the caller stands in a trace, or this process if it traces; null if nobody does.</summary>
    private static string? TraceOf(IHeaderDictionary headers)
    {
        var given = headers.TraceParent is [{ Length: <= TraceCharsMax } one] ? one : null;
        var own = Activity.Current;
        return given is not null || own is { Recorded: true } ? own?.Id ?? given : null;
    }

    private static ErrorReply? CheckOnce(string name, StringValues values) =>
        values.Count > 1 ? InvalidField.Because(name, "must be given only once") : null;

    private static ErrorReply? CheckTaken(string name, StringValues values, bool isTaken) =>
        values.Count > 0 && !isTaken
            ? InvalidField.Because(name, "is taken by PUT and DELETE only")
            : CheckOnce(name, values);

    private static bool TryReadVersion(StringValues header, out long? version)
    {
        version = null;
        if (header is not [{ } text])
        {
            return true;
        }

        var trimmed = text.AsSpan().Trim();
        if (trimmed is not ['"', .. var digits, '"']
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
        {
            return false;
        }

        version = parsed;
        return true;
    }
}
