using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TimeMachine.Api.Http;

/// <summary>Refuses a request that says its length twice: a proxy before this server may believe the other one.
/// </summary>
internal sealed class FramingGuard : IStartupFilter
{
    /// <summary>Where the server puts a length that came beside chunks.</summary>
    private const string DroppedLength = "X-Content-Length";

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(PassAsync);
        next(app);
    };

    private static Task PassAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Request.Headers;
        if (!headers.ContainsKey(DroppedLength) || headers.TransferEncoding.Count == 0)
        {
            return next(http);
        }

        // What follows on this connection may be part of this request, for somebody.
        http.Response.Headers.Connection = "close";
        return Answer.Refused(Refusals.TwoLengths).WriteAsync(http);
    }
}
