using System.Text;
using System.Text.Json;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>What is odd and allowed comes back as it went.</summary>
public sealed class OddRequestTests : IAsyncLifetime
{
    private const int MetaBytesMax = 256 * 1024;
    private ApiHost _host = null!;

    public static TheoryData<string> Names =>
    [
        "_", "a_b", "a/b", "a%2Fb", "/", "//", "%", "%25", "%2F", "%zz", ":", "{user7}:order9", "{}", "{", "\"a\"",
        "it's", "a b", " ", "+", "a+b", "?", "a?b=c", "#", "&", "=", ";a=1", "\\", "a\\..\\b", "...", ".a", "a.",
        "~", "batch", "run", "redrive", "pause", "swagger", "job", "null", "0", "-1", "*", "|", "<script>", "$(id)",
        "日本語", "שלום", "مرحبا", "a\u202eb", "\u200b", "\u00a0", "e\u0301", "\u00e9", "😀", "👩\u200d👧", "🇩🇪",
        "\ufeff", "\ufffd", "\uffff", "\U0010ffff", new string('a', 256), Repeat("😀", 256), Repeat("%", 256),
        Repeat("ü/", 128),
    ];

    public static TheoryData<string> Metas =>
    [
        "null", "true", "false", "0", "-0", "1e400", "-1E-400", "123456789012345678901234567890123456789",
        "0.1000000000000000055511151231257827021181583404541015625", "1.0", "1.00", "\"\"", "\"a\\u0000b\"",
        "\"\\u0041\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\ud83d\\ude00\"", "\"😀\"", "\"\u007f\u0085\u2028\u202e\"",
        "{}", "[]", "[ ]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\":null}",
        "{ \"b\" : [ 1 ,\t2 ] ,\r\n\"a\":{ } }",
        "{\"id\":\"x\",\"meta\":{\"meta\":1}}", "[\"<script>alert(1)</script>\",\"&\",\"'\"]",
        Repeat("[", 64) + Repeat("]", 64), Repeat("{\"a\":", 63) + "{}" + Repeat("}", 63),
        "\"" + new string('a', MetaBytesMax - 2) + "\"", "[" + Repeat("1,", (MetaBytesMax / 2) - 2) + "1]",
    ];

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_comes_back_as_it_went_wherever_it_stands(string name)
    {
        var escaped = Uri.EscapeDataString(name);
        var route = await _host.SendAsync(
            "PUT", $"/route/{escaped}/{escaped}", """{"webhook_url":"https://a.example/"}""");
        var body = $$"""{"id":{{Quote(name)}},"delay_ms":3600000,"route":{{Quote(name)}},"meta":1}""";

        var created = await _host.SendAsync("POST", $"/job/{escaped}/{escaped}", body);
        var got = await _host.SendAsync("GET", $"/job/{escaped}/{escaped}/{escaped}");
        var listed = await _host.SendAsync("GET", $"/job/{escaped}/{escaped}?route={escaped}");
        var deleted = await _host.SendAsync("DELETE", $"/job/{escaped}/{escaped}/{escaped}");

        Assert.Equal((201, name), (route.Status, (string?)route.Json["id"]));
        Assert.Equal((201, name), (created.Status, (string?)created.Json["id"]));
        Assert.Equal((200, name, name, name, name), (
            got.Status, (string?)got.Json["id"], (string?)got.Json["db"], (string?)got.Json["collection"],
            (string?)got.Json["route"]));
        Assert.Equal(name, (string?)Assert.Single(listed.Json["jobs"]!.AsArray())!["id"]);
        Assert.Equal((200, name), (deleted.Status, (string?)deleted.Json["id"]));
        Assert.Equal(name, Assert.Single(_host.Cluster.JobsOf(name, name).All).Id);
    }

    [Fact]
    public async Task A_path_is_split_first_and_decoded_once()
    {
        await _host.PutJobAsync("a/b");
        await _host.PutJobAsync("a%2Fb");
        await _host.PutJobAsync("a%252Fb");

        var slash = await _host.SendAsync("GET", ApiHost.Collection + "/a%2fb");
        var escape = await _host.SendAsync("GET", ApiHost.Collection + "/a%252Fb");
        var twice = await _host.SendAsync("GET", ApiHost.Collection + "/a%25252Fb");
        var two = await _host.SendAsync("GET", ApiHost.Collection + "/a/b");

        Assert.Equal(["a/b", "a%2Fb", "a%252Fb"], [
            (string?)slash.Json["id"], (string?)escape.Json["id"], (string?)twice.Json["id"]]);
        Assert.Equal((404, "E026"), (two.Status, two.Code));
    }

    [Fact]
    public async Task Letters_may_be_escaped_and_a_whole_address_given()
    {
        await _host.PutJobAsync("a");

        var escaped = await _host.SendAsync("GET", "/%6aob/%73hop/timeouts/%61");
        var whole = await RawClient.SendAsync(
            _host.Address,
            Encoding.ASCII.GetBytes("GET http://localhost/job/shop/timeouts/a HTTP/1.1\r\nHost: localhost\r\n\r\n"));

        Assert.Equal((200, 200), (escaped.Status, whole.Status));
    }

    [Theory]
    [MemberData(nameof(Metas))]
    public async Task A_meta_comes_back_byte_for_byte(string meta)
    {
        var put = await _host.PutJobAsync("a", $" {meta} ");

        var got = await _host.SendAsync("GET", ApiHost.Collection + "/a");

        Assert.Equal(201, put.Status);
        Assert.Contains($"\"meta\":{meta},\"created_at\":", got.Text, StringComparison.Ordinal);
        var kept = Assert.Single(_host.Cluster.JobsOf("shop", "timeouts").All).Meta;
        Assert.Equal(Encoding.UTF8.GetBytes(meta), kept.ToArray());
        using var parsed = JsonDocument.Parse(got.Body, new JsonDocumentOptions { MaxDepth = 128 });
        Assert.Equal("a", parsed.RootElement.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1893456000000", 1_893_456_000_000)]
    [InlineData("5049216000000", 5_049_216_000_000)]
    [InlineData("\"1970-01-01T00:00:00.001Z\"", 1)]
    [InlineData("\"1970-01-01t00:00:00.0000001z\"", 1)]
    [InlineData("\"2030-01-01T00:00:00.000000001Z\"", 1_893_456_000_001)]
    [InlineData("\"2030-01-01T00:00:00.999999999Z\"", 1_893_456_001_000)]
    [InlineData("\"2030-01-01T05:30:00+05:30\"", 1_893_456_000_000)]
    [InlineData("\"2029-12-31T13:00:00-11:00\"", 1_893_456_000_000)]
    [InlineData("\"2028-02-29T00:00:00Z\"", 1_835_395_200_000)]
    [InlineData("\"2038-01-19T03:14:08Z\"", 2_147_483_648_000)]
    [InlineData("\"2100-03-01T00:00:00Z\"", 4_107_542_400_000)]
    public async Task A_time_is_milliseconds_or_RFC_3339_never_rounded_to_earlier(string time, long expected)
    {
        var put = await _host.SendAsync(
            "PUT", ApiHost.Collection + "/a", $$"""{"trigger_time":{{time}},"route":"hook","meta":1}""");

        Assert.Equal(201, put.Status);
        Assert.Equal(expected, _host.Cluster.JobsOf("shop", "timeouts").All[0].TriggerTimeMs);
    }

    [Theory]
    [InlineData("Application/JSON")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("application/json; a=b")]
    public async Task A_media_type_may_be_written_in_many_ways(string type)
    {
        var answer = await _host.SendAsync(
            "POST", ApiHost.Collection, """{"delay_ms":0,"route":"hook","meta":1}"""u8.ToArray(), type);

        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task Nulls_are_absent_and_fields_come_in_any_order()
    {
        var answer = await _host.SendAsync("POST", ApiHost.Collection, """
            { "meta":{}, "mode":null, "expire_after_ms":null, "trigger_time":null, "route":"hook", "delay_ms":0,
              "id":null }
            """);

        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task A_body_in_small_chunks_and_a_second_request_on_the_connection_are_read()
    {
        const string chunks = "5\r\n{\"del\r\n1\r\na\r\n20;x=y\r\ny_ms\":1,\"route\":\"hook\",\"meta\":1}\r\n0\r\n\r\n";
        const string head = $"POST {ApiHost.Collection} HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
        const string requests = $"{head}\r\n{chunks}{head}Connection: close\r\n\r\n{chunks}";

        var answers = await RawClient.SendAllAsync(_host.Address, Encoding.ASCII.GetBytes(requests));

        Assert.Equal(3, answers.Split("HTTP/1.1 201 ").Length);
        Assert.Equal(2, _host.Cluster.JobsOf("shop", "timeouts").All.Length);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
