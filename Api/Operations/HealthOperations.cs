using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>What can be asked for about this process.</summary>
internal static class HealthOperations
{
    private const int RetryAfterMs = 1_000;

    /// <summary>The process answers: that is all.</summary>
    public static Task<Answer> LiveAsync(ApiCall call) => Task.FromResult(Ok("alive"));

    /// <summary>Whether the process should get traffic.</summary>
    public static async Task<Answer> ReadyAsync(ApiCall call)
    {
        var report = await call.Readiness.CheckAsync(CancellationToken.None);
        return report.IsReady
            ? Ok(report.Reason)
            : Answer.Refused(new ErrorReply(ErrorCodes.Unavailable, $"Not ready: {report.Reason}.")
            {
                Details = ImmutableSortedDictionary<string, string>.Empty.Add("reason", report.Reason),
                RetryAfterMs = RetryAfterMs,
            });
    }

    private static Answer Ok(string reason) => Answer.Ok(StatusCodes.Status200OK, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", "ok");
        writer.WriteString("reason", reason);
        writer.WriteEndObject();
    });
}
