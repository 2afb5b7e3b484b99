using System.Globalization;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Fakes;

/// <summary>Refuses in the words of the nodes.</summary>
internal static class FakeRefusal
{
    private static readonly Dictionary<string, string> Messages = new()
    {
        [ErrorCodes.InvalidRequest] = "The request is malformed, or a field is out of its range.",
        [ErrorCodes.JobNotFound] = "There is no such job, or its retention is over.",
        [ErrorCodes.JobExists] = "The id is taken by a job with other content.",
        [ErrorCodes.VersionMismatch] = "The present version is another one than the request names.",
        [ErrorCodes.TooLate] = "The job is claimed or was attempted: it can no longer be replaced.",
        [ErrorCodes.Finished] = "The job is finished already.",
        [ErrorCodes.BodyDropped] = "The job's body was dropped with its delivery.",
        [ErrorCodes.NotRedrivable] = "The job is not dead or unknown, so there is nothing to redrive.",
        [ErrorCodes.RouteNotFound] = "There is no such route.",
        [ErrorCodes.RouteExists] = "The route is there with other content.",
        [ErrorCodes.RouteInUse] = "The route has unfinished jobs.",
    };

    /// <summary>A refusal about a job, or about none.</summary>
    public static ErrorReply Of(string code, Job? job = null)
    {
        var refusal = new ErrorReply(code, Messages[code]);
        return job is null ? refusal : With(With(refusal, "version", job.Version), "state", StateOf(job));
    }

    /// <summary>A refusal about a route.</summary>
    public static ErrorReply Of(string code, Route route) =>
        With(new ErrorReply(code, Messages[code]), "version", route.Version);

    /// <summary>Adds a detail.</summary>
    public static ErrorReply With(ErrorReply refusal, string name, IConvertible value) => refusal with
    {
        Details = refusal.Details.Add(name, value.ToString(CultureInfo.InvariantCulture)),
    };

    private static string StateOf(Job job) => job.State.ToString().ToLowerInvariant();
}
