using System.Text;
using System.Text.Json.Nodes;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Documents;

/// <summary>The OpenAPI document is what is served, and each operation can be called by it alone.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private const string DocumentPath = "/swagger/v1/swagger.json";
    private const string GoldenName = "openapi.golden.json";
    private const string Reference = "#/components/schemas/";
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_document_is_the_golden_one()
    {
        var answer = await _host.SendAsync("GET", DocumentPath);

        var golden = Path.Combine(Repository.Root, "tests", "Api.Tests", "Documents", GoldenName);
        var actual = Path.Combine(AppContext.BaseDirectory, GoldenName);
        await File.WriteAllBytesAsync(actual, answer.Body, TestContext.Current.CancellationToken);
        var expected = await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken);
        Assert.True(
            expected.Trim() == answer.Text.Trim(), $"The document changed. If that is meant: cp {actual} {golden}");
    }

    [Fact]
    public async Task Every_operation_answers_as_the_document_says_when_it_is_called_by_its_examples()
    {
        await PrepareAsync();
        var document = (await _host.SendAsync("GET", DocumentPath)).Json;
        var called = 0;

        foreach (var (path, operations) in document["paths"]!.AsObject().OrderBy(path => OrderOf(path.Key)))
        {
            foreach (var (method, operation) in operations!.AsObject().OrderBy(pair => pair.Key == "delete"))
            {
                var answer = await CallAsync(path, method, operation!);

                var id = (string?)operation!["operationId"];
                Assert.True(answer.Status is 200 or 201, $"{id}: {answer.Status} {answer.Text}");
                AssertIs(document, operation["responses"]![$"{answer.Status}"]!, answer, id!);
                called++;
            }
        }

        Assert.Equal(Api.Operations.OperationTable.All.Count, called);
    }

    [Fact]
    public async Task Every_refusal_in_the_document_is_an_error_with_a_code()
    {
        var document = (await _host.SendAsync("GET", DocumentPath)).Json;

        foreach (var (_, operations) in document["paths"]!.AsObject())
        {
            foreach (var (_, operation) in operations!.AsObject())
            {
                foreach (var (status, response) in operation!["responses"]!.AsObject())
                {
                    var schema = (string?)response!["content"]!["application/json"]!["schema"]!["$ref"];
                    Assert.Equal(status[0] != '2', schema == Reference + "Error");
                    Assert.Equal(status is "429" or "503", response["headers"]?["Retry-After"] is not null);
                }
            }
        }
    }

    [Fact]
    public async Task Every_reference_leads_to_a_schema_and_every_schema_is_used()
    {
        var answer = await _host.SendAsync("GET", DocumentPath);

        var names = answer.Json["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToList();

        Assert.All(names, name => Assert.Contains(Reference + name + "\"", answer.Text, StringComparison.Ordinal));
        var used = answer.Text.Split(Reference).Skip(1)
            .Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);
        Assert.Empty(used.Except(names));
    }

    [Fact]
    public async Task The_page_for_people_is_served_with_all_that_it_needs()
    {
        var page = await _host.SendAsync("GET", "/swagger/index.html");
        var script = await _host.SendAsync("GET", "/swagger/swagger-ui-bundle.js");
        var root = await _host.SendAsync("GET", "/swagger");

        Assert.Equal((200, 200), (page.Status, script.Status));
        Assert.Contains("Time Machine DB", page.Text, StringComparison.Ordinal);
        Assert.Equal(200, root.Status);
    }

    /// <summary>Makes what the examples are about: a waiting job, and the same job dead for the redrive.</summary>
    private async Task PrepareAsync()
    {
        await _host.PutJobAsync("order-42");
        await _host.PutJobAsync("order-7");
    }

    // What needs the job comes before what ends it; a batch and a create make it anew.
    private static int OrderOf(string path) => path switch
    {
        _ when path.EndsWith("/run", StringComparison.Ordinal) => 0,
        _ when path.EndsWith("/redrive", StringComparison.Ordinal) => 1,
        "/job/{db}/{collection}/{id}" => 2,
        _ when path.StartsWith("/job", StringComparison.Ordinal) => 3,
        "/route/{db}/{id}" => 5,
        _ => 4,
    };

    private async Task<ApiAnswer> CallAsync(string path, string method, JsonNode operation)
    {
        if (path.EndsWith("/redrive", StringComparison.Ordinal))
        {
            _host.Cluster.JobsOf("shop", "timeouts").Change("order-42", job => job with { State = JobStatus.Dead });
        }

        var query = new StringBuilder();
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            var name = (string)parameter!["name"]!;
            var example = parameter["example"] is { } given ? Uri.EscapeDataString(given.ToString()) : null;
            if ((string)parameter["in"]! == "path")
            {
                Assert.NotNull(example);
                path = path.Replace($"{{{name}}}", example, StringComparison.Ordinal);
            }
            else if ((string)parameter["in"]! == "query" && example is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(example);
            }
        }

        var content = operation["requestBody"]?["content"];
        var body = content?["application/json"]!["example"]!.ToJsonString();
        return await _host.SendAsync(method.ToUpperInvariant(), path + query, body);
    }

    private static void AssertIs(JsonNode document, JsonNode response, ApiAnswer answer, string operation)
    {
        var schema = SchemaOf(document, response["content"]!["application/json"]!["schema"]!);
        var known = schema["properties"]!.AsObject().Select(property => property.Key).ToList();
        var sent = answer.Json.AsObject().Select(property => property.Key).ToList();
        Assert.True(!sent.Except(known).Any(), $"{operation} answers with unknown fields: {answer.Text}");
        var required = schema["required"]!.AsArray().Select(name => (string)name!);
        Assert.True(!required.Except(sent).Any(), $"{operation} answers without required fields: {answer.Text}");
    }

    private static JsonNode SchemaOf(JsonNode document, JsonNode schema) => (string?)schema["$ref"] is { } name
        ? document["components"]!["schemas"]![name[Reference.Length..]]!
        : schema;
}
