using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Access;

/// <summary>Who may do what where keys are set.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private const string Job = """{"delay_ms":1,"route":"hook","meta":1}""";
    private const string Route = """{"webhook_url":"https://a.example/"}""";
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(Keys.Options());

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(Keys.Reader, "GET", "/job/shop/timeouts", 200)]
    [InlineData(Keys.Reader, "GET", "/job/shop/timeouts/none", 404)]
    [InlineData(Keys.Reader, "GET", "/route/shop", 200)]
    [InlineData(Keys.Reader, "GET", "/route/other", 403)]
    [InlineData(Keys.Reader, "GET", "/route/SHOP", 403)]
    [InlineData(Keys.Reader, "GET", "/route/sho%70", 200)]
    [InlineData(Keys.Reader, "GET", "/cluster", 403)]
    [InlineData(Keys.Reader, "PUT", "/job/shop/timeouts/a", 403)]
    [InlineData(Keys.Reader, "PUT", "/route/shop/hook", 403)]
    [InlineData(Keys.Reader, "DELETE", "/job/shop/timeouts/a", 403)]
    [InlineData(Keys.Writer, "PUT", "/job/shop/timeouts/a", 201)]
    [InlineData(Keys.Writer, "GET", "/job/shop/timeouts/a", 403)]
    [InlineData(Keys.Writer, "PUT", "/job/other/timeouts/a", 403)]
    [InlineData(Keys.Writer, "PUT", "/route/shop/hook", 403)]
    [InlineData(Keys.Writer, "POST", "/route/shop/hook/pause", 403)]
    [InlineData(Keys.Admin, "PUT", "/route/shop/hook", 200)]
    [InlineData(Keys.Admin, "POST", "/route/shop/hook/pause", 200)]
    [InlineData(Keys.Admin, "PUT", "/route/other/hook", 403)]
    [InlineData(Keys.Admin, "PUT", "/job/shop/timeouts/a", 403)]
    [InlineData(Keys.Admin, "GET", "/cluster", 403)]
    [InlineData(Keys.Admin, "POST", "/cluster/join", 403)]
    [InlineData(Keys.Two, "GET", "/route/shop", 200)]
    [InlineData(Keys.Two, "PUT", "/job/shop/timeouts/a", 403)]
    [InlineData(Keys.Two, "PUT", "/job/other%3Awith%3Acolons/timeouts/a", 404)]
    [InlineData(Keys.All, "GET", "/cluster", 200)]
    [InlineData(Keys.All, "PUT", "/route/new/hook", 201)]
    [InlineData(Keys.All, "GET", "/job/other/timeouts", 200)]
    public async Task A_key_is_good_for_its_scopes_and_databases(string key, string method, string path, int status)
    {
        var body = method != "PUT" ? null : path.StartsWith("/job", StringComparison.Ordinal) ? Job : Route;

        var answer = await _host.SendAsync(method, path, body, Keys.Header(key));

        Assert.Equal(status, answer.Status);
        if (status == 403)
        {
            Assert.Equal("E025", answer.Code);
            Assert.Contains((string?)answer.Json["details"]!["scope"], (string[])["read", "write", "admin"]);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer unknown")]
    [InlineData("Bearer " + Keys.All + "x")]
    [InlineData("Bearer ALL-0123456789")]
    [InlineData("Basic " + Keys.All)]
    [InlineData(Keys.All)]
    [InlineData("Bearer " + Keys.All + ", Bearer " + Keys.All)]
    public async Task Without_a_known_key_nothing_is_told(string? authorization)
    {
        (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];

        var read = await _host.SendAsync("GET", "/route/shop/none", headers: headers);
        var changed = await _host.SendAsync("PUT", "/job/shop/timeouts/a", "no JSON", headers);

        Assert.All([read, changed], answer => Assert.Equal((401, "E024"), (answer.Status, answer.Code)));
        Assert.Equal("Bearer", read.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task The_hash_of_a_key_is_no_key()
    {
        var answer = await _host.SendAsync("GET", "/cluster", null, Keys.Header(Keys.HashOf(Keys.All)));

        Assert.Equal(401, answer.Status);
    }

    [Theory]
    [InlineData("bearer " + Keys.All)]
    [InlineData("BEARER   " + Keys.All)]
    public async Task The_word_before_the_key_is_of_any_case(string authorization)
    {
        var answer = await _host.SendAsync("GET", "/cluster", null, ("Authorization", authorization));

        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/health")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/swagger/index.html")]
    public async Task Probes_and_the_document_need_no_key(string path)
    {
        Assert.Equal(200, (await _host.SendAsync("GET", path)).Status);
    }

    [Fact]
    public async Task Where_anybody_may_do_everything_a_key_still_says_less()
    {
        await using var open = await ApiHost.StartAsync(Keys.Options(allowsAnonymous: true));

        var anybody = await open.SendAsync("GET", "/cluster");
        var reader = await open.SendAsync("GET", "/cluster", null, Keys.Header(Keys.Reader));
        var stranger = await open.SendAsync("GET", "/cluster", null, Keys.Header("unknown"));

        Assert.Equal([200, 403, 401], [anybody.Status, reader.Status, stranger.Status]);
    }
}
