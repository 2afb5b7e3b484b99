using Microsoft.AspNetCore.Http;
using TimeMachine.Api.Http;
using TimeMachine.Api.Json;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>What can be asked for about the cluster.</summary>
internal static class ClusterOperations
{
    public static async Task<Answer> DescribeAsync(ApiCall call)
    {
        var view = await call.Cluster.DescribeAsync();
        return view.Error is { } error
            ? Answer.Refused(error)
            : Answer.Ok(StatusCodes.Status200OK, writer => ClusterJson.Write(writer, view));
    }

    public static async Task<Answer> ListServersAsync(ApiCall call)
    {
        var view = await call.Cluster.DescribeAsync();
        return view.Error is { } error
            ? Answer.Refused(error)
            : Answer.Ok(StatusCodes.Status200OK, writer => ClusterJson.WriteServers(writer, view));
    }

    public static Task<Answer> ConfigureAsync(ApiCall call) => call.WithBodyAsync(
        ClusterJson.ReadConfigure,
        async shape => Done(await call.Cluster.ConfigureAsync(shape.Shards, shape.Replicas)));

    public static Task<Answer> JoinAsync(ApiCall call) => call.WithBodyAsync(
        ClusterJson.ReadJoin, async node => Done(await call.Cluster.JoinAsync(node)));

    public static Task<Answer> RemoveAsync(ApiCall call) => call.WithBodyAsync(
        ClusterJson.ReadRemove, async node => Done(await call.Cluster.RemoveAsync(node)));

    private static Answer Done(ClusterReply reply) =>
        reply.Error is { } error ? Answer.Refused(error) : Answer.Ok(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status", "ok");
            writer.WriteEndObject();
        });
}
