using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Http;

/// <summary>A request's path and query, split before anything is decoded, and decoded once.</summary>
/// <remarks>The server's own path will not do: it keeps %2F and decodes %25, so that two names become one.</remarks>
internal sealed class RequestTarget
{
    /// <summary>More segments than any path has; the rest is not looked at.</summary>
    private const int SegmentsMax = 16;

    private const int ParametersMax = 32;

    private RequestTarget(List<string> segments, string rawQuery)
    {
        Segments = segments;
        RawQuery = rawQuery;
    }

    /// <summary>What stands between the slashes of the path.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>The query as it came, without its question mark.</summary>
    public string RawQuery { get; }

    /// <summary>Reads a target's path.</summary>
    /// <param name="raw">As it came: <c>/a/b?c=d</c>, or with scheme and host before it.</param>
    /// <param name="refusal">Why it cannot be read.</param>
    public static RequestTarget? Parse(string raw, out ErrorReply? refusal)
    {
        refusal = null;
        var queryMark = raw.IndexOf('?', StringComparison.Ordinal);
        var query = queryMark < 0 ? "" : raw[(queryMark + 1)..];
        var path = PathOf(queryMark < 0 ? raw : raw[..queryMark]);
        var segments = new List<string>();
        foreach (var range in path.Split('/'))
        {
            if (!PercentDecoding.TryDecode(path[range], isPlusSpace: false, out var segment))
            {
                refusal = InvalidField.Because("path", "must be UTF-8, percent-encoded once");
                return null;
            }

            segments.Add(segment);
            if (segments.Count > SegmentsMax)
            {
                break;
            }
        }

        return new RequestTarget(segments, query);
    }

    /// <summary>Reads the query.</summary>
    /// <param name="known">The parameters that the operation has.</param>
    /// <param name="refusal">Why it cannot be read: an unknown or repeated parameter, or a bad escape.</param>
    public IReadOnlyDictionary<string, string>? ReadQuery(IReadOnlyList<string> known, out ErrorReply? refusal)
    {
        refusal = null;
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in RawQuery.AsSpan().Split('&'))
        {
            var pair = RawQuery.AsSpan(range);
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            var isRead = PercentDecoding.TryDecode(equals < 0 ? pair : pair[..equals], isPlusSpace: true, out var name)
                & PercentDecoding.TryDecode(equals < 0 ? [] : pair[(equals + 1)..], isPlusSpace: true, out var value);
            refusal = !isRead ? InvalidField.Because("query", "must be UTF-8, percent-encoded once")
                : !known.Contains(name) ? Unknown(name, known)
                : parameters.Count >= ParametersMax || !parameters.TryAdd(name, value)
                    ? InvalidField.Because(name, "must be given only once")
                    : null;
            if (refusal is not null)
            {
                return null;
            }
        }

        return parameters;
    }

    private static ErrorReply Unknown(string name, IReadOnlyList<string> known) =>
        InvalidField.Because(
            Shown.Name(name),
            "is not a parameter of this operation",
            known.Count == 0 ? "no parameters" : string.Join(", ", known));

    private static ReadOnlySpan<char> PathOf(string target)
    {
        if (target.StartsWith('/'))
        {
            return target.AsSpan(1);
        }

        var authority = target.IndexOf("://", StringComparison.Ordinal);
        var slash = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
        return slash < 0 ? [] : target.AsSpan(slash + 1);
    }
}
