using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Http;

/// <summary>The HTTP status of each error code; the pages in docs/errors say the same.</summary>
internal static class HttpStatus
{
    private static readonly FrozenDictionary<string, int> ByCode = new Dictionary<string, int>
    {
        [ErrorCodes.InvalidRequest] = StatusCodes.Status400BadRequest,
        [ErrorCodes.JobNotFound] = StatusCodes.Status404NotFound,
        [ErrorCodes.JobExists] = StatusCodes.Status409Conflict,
        [ErrorCodes.VersionMismatch] = StatusCodes.Status412PreconditionFailed,
        [ErrorCodes.TooLate] = StatusCodes.Status409Conflict,
        [ErrorCodes.Finished] = StatusCodes.Status409Conflict,
        [ErrorCodes.BodyDropped] = StatusCodes.Status410Gone,
        [ErrorCodes.NotRedrivable] = StatusCodes.Status409Conflict,
        [ErrorCodes.TooManyRequests] = StatusCodes.Status429TooManyRequests,
        [ErrorCodes.RouteNotFound] = StatusCodes.Status404NotFound,
        [ErrorCodes.RouteDeleted] = StatusCodes.Status409Conflict,
        [ErrorCodes.RouteInUse] = StatusCodes.Status409Conflict,
        [ErrorCodes.VNodeFull] = StatusCodes.Status507InsufficientStorage,
        [ErrorCodes.NotLeader] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.Overloaded] = StatusCodes.Status429TooManyRequests,
        [ErrorCodes.ProposalLost] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.OutcomeUnknown] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.Unavailable] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.StorageFull] = StatusCodes.Status507InsufficientStorage,
        [ErrorCodes.VNodeDamaged] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.UnsupportedFormat] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.MalformedFormat] = StatusCodes.Status503ServiceUnavailable,
        [ErrorCodes.IncarnationActive] = StatusCodes.Status409Conflict,
        [ErrorCodes.Unauthorized] = StatusCodes.Status401Unauthorized,
        [ErrorCodes.Forbidden] = StatusCodes.Status403Forbidden,
        [ErrorCodes.PathNotFound] = StatusCodes.Status404NotFound,
        [ErrorCodes.MethodNotAllowed] = StatusCodes.Status405MethodNotAllowed,
        [ErrorCodes.BodyTooLarge] = StatusCodes.Status413PayloadTooLarge,
        [ErrorCodes.UnsupportedMediaType] = StatusCodes.Status415UnsupportedMediaType,
        [ErrorCodes.PlanConflict] = StatusCodes.Status409Conflict,
        [ErrorCodes.RouteExists] = StatusCodes.Status409Conflict,
        [ErrorCodes.NodeNotFound] = StatusCodes.Status404NotFound,
        [ErrorCodes.KeyReused] = StatusCodes.Status422UnprocessableEntity,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The status of a code; of one that a newer node made and this process does not know, 503.</summary>
    public static int Of(string code) => ByCode.GetValueOrDefault(code, StatusCodes.Status503ServiceUnavailable);
}
