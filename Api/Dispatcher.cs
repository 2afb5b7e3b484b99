using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using TimeMachine.Api.Access;
using TimeMachine.Api.Http;
using TimeMachine.Api.Operations;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api;

/// <summary>Takes every request: finds its operation, lets it in, checks path and headers, and writes the answer.
/// </summary>
internal sealed partial class Dispatcher(
    ApiServices services, KeyRing keys, ApiMeter meter, ILogger<Dispatcher> log)
{
    public async Task HandleAsync(HttpContext http)
    {
        var begun = services.Clock.GetTimestamp();
        // The limit is the operation's, and counted where the body is read.
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RequestTarget.Parse(raw, out var refusal);
        var operation = target is null ? null : OperationTable.Find(MethodOf(http.Request), target.Segments);
        var answer = target is null ? Answer.Refused(refusal!)
            : operation is null ? NoOperation(target)
            : await LetInAsync(http, target, operation);
        meter.Record(operation?.Id, answer.Status, services.Clock.GetElapsedTime(begun));
        await answer.WriteAsync(http);
    }

    private static string MethodOf(HttpRequest request) =>
        HttpMethods.IsHead(request.Method) ? HttpMethods.Get : request.Method;

    private static Answer NoOperation(RequestTarget target)
    {
        var allowed = OperationTable.MethodsAt(target.Segments);
        return allowed.Length == 0
            ? Answer.Refused(Refusals.PathNotFound)
            : Answer.Refused(Refusals.MethodNotAllowed(allowed), allowed);
    }

    private Task<Answer> LetInAsync(HttpContext http, RequestTarget target, Operation operation)
    {
        var database = operation.Database(target.Segments);
        var refusal = keys.Judge(http, operation.Scope, database) switch
        {
            AccessOutcome.Granted => null,
            AccessOutcome.Unauthorized => Refusals.Unauthorized,
            AccessOutcome.NotLocal => Refusals.NotLocal,
            AccessOutcome.Forbidden => Refusals.Forbidden(operation.Scope, database),
            _ => throw new InvalidOperationException("An outcome that is not known."),
        };
        refusal ??= CheckBody(http.Request, operation);
        if (refusal is not null)
        {
            return RefuseAsync(refusal);
        }

        var call = ReadCall(http, target, operation, out refusal);
        return call is null ? RefuseAsync(refusal!) : RunAsync(operation, call);
    }

    private static ErrorReply? CheckBody(HttpRequest request, Operation operation)
    {
        if (request.ContentLength > operation.BodyBytesMax)
        {
            return Refusals.BodyTooLarge(operation.BodyBytesMax);
        }

        if (!operation.HasBody)
        {
            return null;
        }

        if (request.Headers.ContentEncoding.Any(encoding => encoding is not ("identity" or "")))
        {
            return Refusals.UnsupportedMediaType("Content-Encoding", "absent");
        }

        var accepted = operation.TakesLines ? $"{MediaType.Json} or {MediaType.Lines}" : MediaType.Json;
        return MediaType.Of(request.ContentType, operation.TakesLines) == BodyForm.Unsupported
            ? Refusals.UnsupportedMediaType("Content-Type", accepted)
            : null;
    }

    private ApiCall? ReadCall(HttpContext http, RequestTarget target, Operation operation, out ErrorReply? refusal)
    {
        RequestOptions? options = null;
        var query = target.ReadQuery(operation.Parameters, out refusal);
        if (operation.IsChange)
        {
            refusal ??= Preconditions.Read(http.Request.Headers, operation.TakesVersion, out options);
        }

        if (refusal is not null)
        {
            return null;
        }

        var database = operation.Database(target.Segments);
        var collection = operation.Collection(target.Segments);
        var id = operation.Name(target.Segments);
        refusal = CheckName("db", database) ?? CheckName("collection", collection) ?? CheckName("id", id);
        return refusal is not null ? null : new ApiCall(services, operation, http)
        {
            Database = database ?? "",
            Collection = collection ?? "",
            Id = id ?? "",
            Query = query!,
            Options = options,
        };
    }

    private static ErrorReply? CheckName(string field, string? name) =>
        name is null ? null : NameRules.Check(field, name);

    private async Task<Answer> RunAsync(Operation operation, ApiCall call)
    {
        try
        {
            return await operation.RunAsync(call);
        }
        // The edge: whatever went wrong behind it, the client must learn whether its request may have taken effect.
        catch (Exception error)
        {
            LogFailed(error, operation.Id);
            return Answer.Refused(operation.IsChange ? Refusals.OutcomeUnknown : Refusals.Unavailable);
        }
    }

    private static Task<Answer> RefuseAsync(ErrorReply refusal) => Task.FromResult(Answer.Refused(refusal));
}
