using System.Globalization;
using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Operations;

/// <summary>What can be asked for about jobs.</summary>
internal static class JobOperations
{
    public static Task<Answer> CreateAsync(ApiCall call) => call.WithBodyAsync(
        (body, out refusal) => JobJson.Read(body, pathId: null, call.NowMs, out refusal),
        async job => Written(await call.Jobs.CreateAsync(job, call.Options)));

    public static Task<Answer> PutAsync(ApiCall call) => call.WithBodyAsync(
        (body, out refusal) => JobJson.Read(body, call.Id, call.NowMs, out refusal),
        async job => Written(await call.Jobs.PutAsync(job, call.Options)));

    public static async Task<Answer> GetAsync(ApiCall call)
    {
        var reply = await call.Jobs.GetAsync(call.Id);
        if (reply.Error is { } error)
        {
            return Answer.Refused(error);
        }

        var job = reply.Job ?? throw new InvalidOperationException("A read without its job.");
        return Answer.Ok(StatusCodes.Status200OK, writer => JobJson.Write(writer, job), job.Version);
    }

    public static async Task<Answer> DeleteAsync(ApiCall call)
    {
        var reply = await call.Jobs.DeleteAsync(call.Id, call.Options);
        return reply.Error is { } error
            ? Answer.Refused(error)
            : Answer.Ok(StatusCodes.Status200OK, writer => JobJson.WriteDelete(writer, reply));
    }

    public static async Task<Answer> RunAsync(ApiCall call) =>
        Written(await call.Jobs.RunAsync(call.Id, call.Options), makesNew: false);

    public static async Task<Answer> RedriveAsync(ApiCall call) =>
        Written(await call.Jobs.RedriveAsync(call.Id, call.Options), makesNew: false);

    public static async Task<Answer> ListAsync(ApiCall call)
    {
        var query = ReadQuery(call, out var refusal);
        if (query is null)
        {
            return Answer.Refused(refusal!);
        }

        var page = await call.Jobs.ListAsync(query);
        return page.Error is { } error ? Answer.Refused(error) : Answer.Ok(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("jobs");
            foreach (var job in page.Jobs)
            {
                JobJson.Write(writer, job);
            }

            writer.WriteEndArray();
            writer.WriteString("cursor", page.Cursor);
            writer.WriteEndObject();
        });
    }

    private static Answer Written(JobReply reply, bool makesNew = true) => reply.Error is { } error
        ? Answer.Refused(error)
        : Answer.Ok(
            makesNew && reply.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            writer => JobJson.WriteChange(writer, reply),
            reply.Version);

    private static JobQuery? ReadQuery(ApiCall call, out ErrorReply? refusal)
    {
        refusal = null;
        var query = new JobQuery
        {
            State = ReadState(call, ref refusal),
            Route = call.Query.GetValueOrDefault("route"),
            FromMs = ReadTime(call, "from", ref refusal),
            ToMs = ReadTime(call, "to", ref refusal),
            Limit = ReadLimit(call, ref refusal),
            Cursor = call.Query.GetValueOrDefault("cursor"),
        };
        refusal ??= JobRules.Check(query);
        return refusal is null ? query : null;
    }

    private static JobStatus? ReadState(ApiCall call, ref ErrorReply? refusal)
    {
        if (!call.Query.TryGetValue("state", out var word))
        {
            return null;
        }

        var known = string.Join(", ", StateJson.All);
        var state = StateJson.Parse(word);
        refusal ??= state is null ? InvalidField.Because("state", $"must be one of {known}", known) : null;
        return state;
    }

    private static long? ReadTime(ApiCall call, string name, ref ErrorReply? refusal)
    {
        if (!call.Query.TryGetValue(name, out var text))
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms)
            || Rfc3339.TryParse(text, out ms))
        {
            return ms;
        }

        refusal ??= InvalidField.Because(name, "must be milliseconds since 1970, or an RFC 3339 time");
        return null;
    }

    private static int ReadLimit(ApiCall call, ref ErrorReply? refusal)
    {
        if (!call.Query.TryGetValue("limit", out var text))
        {
            return new JobQuery().Limit;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
        {
            return limit;
        }

        refusal ??= InvalidField.NotWithin("limit", 1, Limits.PageJobsMax);
        return 1;
    }
}
