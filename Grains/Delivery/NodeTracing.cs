using System.Diagnostics;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Grains.Delivery;

/// <summary>The spans that a node makes: one for each attempt, in the trace that asked for the job.</summary>
public static class NodeTracing
{
    /// <summary>The name of the source of spans, for whoever collects them.</summary>
    public const string SourceName = "TimeMachine.Delivery";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of an attempt; null if nobody collects it.</summary>
    internal static Activity? Begin(in SendRequest attempt)
    {
        var isAsked = ActivityContext.TryParse(attempt.Trace.ToString(), null, isRemote: true, out var asked);
        var span = Source.StartActivity("deliver", ActivityKind.Client, isAsked ? asked : default);
        span?.SetTag("http.request.method", "POST")
            .SetTag("time_machine.database", attempt.Key.Database)
            .SetTag("time_machine.collection", attempt.Key.Collection)
            .SetTag("time_machine.job", attempt.Key.Id)
            .SetTag("time_machine.attempt", attempt.Attempt);
        return span;
    }

    /// <summary>What the recipient is told: the span of the attempt, or if there is none who asked for the job; the
    /// empty text if nobody traces.</summary>
    internal static string HeaderOf(Activity? span, TraceContext asked) => span?.Id ?? asked.ToString();

    /// <summary>Ends the span of an attempt.</summary>
    internal static void End(Activity? span, in AttemptResult result)
    {
        if (result.End == AttemptEnd.Answered)
        {
            span?.SetTag("http.response.status_code", (int)result.HttpStatus);
        }

        span?.SetStatus(
            result.IsSuccess ? ActivityStatusCode.Ok : ActivityStatusCode.Error,
            result.End == AttemptEnd.Answered ? null : result.End.ToString());
        span?.Stop();
    }
}
