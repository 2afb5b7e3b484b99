using System.Text.Json.Nodes;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>Whatever a client sends, it gets a refusal that fits, and the next client is served.</summary>
public sealed class BadRequestTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private static readonly Dictionary<string, BadRequest> Table = new[]
    {
        BadJobs.All, BadRoutes.All, BadHeads.All, BadWires.All,
    }.SelectMany(requests => requests).ToDictionary(request => request.Name);

    private readonly ApiHost _host = shared.Host;

    public static TheoryData<string> Names => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_bad_request_is_refused_and_the_next_one_served(string name)
    {
        var request = Table[name];
        var jobsBefore = _host.Cluster.JobsOf("shop", "timeouts").All.Length;

        var answer = await RawClient.SendAsync(_host.Address, request.Make(), request.IsCut);

        if (!request.IsCut || answer.Status != 0)
        {
            Assert.Equal(request.Status, answer.Status);
            AssertForm(answer, request);
        }

        Assert.Equal(200, (await _host.SendAsync("GET", ApiHost.Collection)).Status);
        Assert.Equal(jobsBefore, _host.Cluster.JobsOf("shop", "timeouts").All.Length);
    }

    [Fact]
    public void The_table_is_long()
    {
        Assert.InRange(Table.Count, 300, int.MaxValue);
    }

    private static void AssertForm(RawAnswer answer, BadRequest request)
    {
        if (request.Code is null)
        {
            Assert.Equal("", answer.Body);
            return;
        }

        Assert.Equal(request.Code, answer.Code);
        var json = JsonNode.Parse(answer.Body)!.AsObject();
        Assert.Equal(["error", "code", "details"], json.Select(field => field.Key));
        Assert.Contains("Content-Type: application/json", answer.Head, StringComparison.Ordinal);
        Assert.Matches(@"[\p{L}\p{N})*]\.$", (string?)json["error"]);
        if (request.Status == 413)
        {
            Assert.Contains("\r\nConnection: close", answer.Head, StringComparison.Ordinal);
        }

        if (request.Status == 405)
        {
            Assert.Contains("\r\nAllow: ", answer.Head, StringComparison.Ordinal);
        }

        if (request.Field is not null)
        {
            Assert.Equal(request.Field, (string?)json["details"]!["field"]);
            Assert.StartsWith(request.Field + " ", (string?)json["error"], StringComparison.Ordinal);
        }
    }
}
