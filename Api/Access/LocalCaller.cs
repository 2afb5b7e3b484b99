using System.Net;
using Microsoft.AspNetCore.Http;

namespace TimeMachine.Api.Access;

/// <summary>Tells who may call an interface that has no keys.</summary>
internal static class LocalCaller
{
    /// <summary>
    /// Whether a request comes from a program of this machine, and not from a page of some site in its browser: such a
    /// page tells its site or its origin, or reaches this machine under a name of its own.
    /// </summary>
    public static bool Is(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return (address is null || IPAddress.IsLoopback(address))
            && IsOwnName(http.Request.Host.Host)
            && IsOwnOrigin(http.Request)
            && http.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    /// <summary>Browsers leave out a scheme's own port in both headers, so the texts are the same.</summary>
    private static bool IsOwnOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return origin.Count == 0
            || origin.ToString().Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsOwnName(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out _);
}
