using System.Globalization;
using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Operations;

/// <summary>What can be asked for about routes.</summary>
internal static class RouteOperations
{
    public static Task<Answer> CreateAsync(ApiCall call) => call.WithBodyAsync(
        (body, out refusal) => RouteJson.Read(body, pathId: null, out refusal),
        async route => Written(await call.Routes.CreateAsync(route, call.Options)));

    public static Task<Answer> PutAsync(ApiCall call) => call.WithBodyAsync(
        (body, out refusal) => RouteJson.Read(body, call.Id, out refusal),
        async route => Written(await call.Routes.PutAsync(route, call.Options)));

    public static async Task<Answer> GetAsync(ApiCall call)
    {
        var reply = await call.Routes.GetAsync(call.Id);
        if (reply.Error is { } error)
        {
            return Answer.Refused(error);
        }

        var route = reply.Route ?? throw new InvalidOperationException("A read without its route.");
        return Answer.Ok(StatusCodes.Status200OK, writer => RouteJson.Write(writer, route), route.Version);
    }

    public static async Task<Answer> ListAsync(ApiCall call)
    {
        var page = await call.Routes.ListAsync();
        return page.Error is { } error ? Answer.Refused(error) : Answer.Ok(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("routes");
            foreach (var route in page.Routes)
            {
                RouteJson.Write(writer, route);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    public static async Task<Answer> DeleteAsync(ApiCall call)
    {
        bool? force = call.Query.GetValueOrDefault("force") switch
        {
            null or "false" => false,
            "true" => true,
            _ => null,
        };
        return force is { } isForced
            ? Written(await call.Routes.DeleteAsync(call.Id, isForced, call.Options), makesNew: false)
            : Answer.Refused(InvalidField.Because("force", "must be true or false", "true, false"));
    }

    public static async Task<Answer> PauseAsync(ApiCall call) =>
        Written(await call.Routes.PauseAsync(call.Id, call.Options), makesNew: false);

    public static async Task<Answer> ResumeAsync(ApiCall call) =>
        Written(await call.Routes.ResumeAsync(call.Id, call.Options), makesNew: false);

    private static Answer Written(RouteReply reply, bool makesNew = true) => reply.Error is { } error
        ? Answer.Refused(reply.UnfinishedCount == 0 ? error : WithUnfinished(error, reply.UnfinishedCount))
        : Answer.Ok(
            makesNew && reply.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            writer => RouteJson.WriteChange(writer, reply),
            reply.Version);

    private static ErrorReply WithUnfinished(ErrorReply error, long count) => error with
    {
        Details = error.Details.SetItem("unfinished", count.ToString(CultureInfo.InvariantCulture)),
    };
}
