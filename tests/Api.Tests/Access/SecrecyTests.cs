using System.Security.Cryptography;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Access;

/// <summary>Secrets and keys appear in no answer, no header and no line of the log.</summary>
public sealed class SecrecyTests
{
    private static readonly string Base64 = Convert.ToBase64String(SHA256.HashData("a secret"u8));
    private static readonly string Secret = "whsec_" + Base64;

    [Fact]
    public async Task No_output_shows_a_secret_or_a_key()
    {
        await using var host = await ApiHost.StartAsync(Keys.Options());
        var output = new List<string>();

        foreach (var (method, path, body) in Requests())
        {
            foreach (var key in (string[])[Keys.All, Keys.Reader, "wrong-" + Secret])
            {
                output.Add(Show(await host.SendAsync(method, path, body, Keys.Header(key))));
            }
        }

        host.Cluster.Fault = new InvalidOperationException("It broke.");
        foreach (var (method, path, body) in Requests())
        {
            output.Add(Show(await host.SendAsync(method, path, body, Keys.Header(Keys.All))));
        }

        var all = string.Join('\n', output) + host.Log.All;
        Assert.Equal([Secret], host.Cluster.RoutesOf("shop").SpecOf("signed").Secrets);
        Assert.Contains("\"secret_count\":1", all, StringComparison.Ordinal);
        Assert.Contains("It broke.", host.Log.All, StringComparison.Ordinal);
        string[] hidden =
        [
            Base64, Base64[..20], Keys.All, Keys.Reader, Keys.HashOf(Keys.All),
            Keys.HashOf(Keys.All).ToLowerInvariant(),
        ];
        Assert.All(hidden, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_printed_of_settings_and_routes_shows_no_secret()
    {
        var route = new RouteSpec { Id = "a", WebhookUrl = "https://a.example/", Secrets = [Secret] };
        var key = Keys.Options().Keys[0];

        Assert.Equal("route a", route.ToString());
        Assert.Equal("key rea", key.ToString());
    }

    [Fact]
    public void A_refused_setting_is_named_and_not_shown()
    {
        var options = Keys.Options();
        options.Keys[1].Sha256 = Keys.Writer;

        var problem = options.FindProblem([]);

        Assert.Equal("TimeMachine:Api:Keys:1:Sha256 must be 64 hexadecimal digits: the SHA-256 of the key.", problem);
    }

    private static IEnumerable<(string Method, string Path, string? Body)> Requests() =>
    [
        ("PUT", "/route/shop/signed", $$"""{"webhook_url":"https://a.example/","secrets":["{{Secret}}"]}"""),
        ("POST", "/route/shop", $$"""{"id":"signed","webhook_url":"https://a.example/","secrets":["{{Secret}}"]}"""),
        ("POST", "/route/shop", $$"""{"id":"signed","webhook_url":"https://b.example/","secrets":["{{Secret}}"]}"""),
        ("POST", "/route/shop", $$"""{"id":"b","webhook_url":"https://b.example/","secrets":["{{Secret}}="]}"""),
        ("POST", "/route/shop", $$"""{"id":"b","webhook_url":"https://b.example/","secrets":"{{Secret}}"}"""),
        ("POST", "/route/shop", $$"""{"id":"b","webhook_url":"https://b.example/","secrets":["{{Secret}}"}"""),
        ("POST", "/route/shop", $$"""{"id":"b","webhook_url":"https://b.example/#{{Secret}}"}"""),
        ("POST", "/route/shop", $$"""{"id":"b","webhook_url":"{{Secret}}://b.example/"}"""),
        ("POST", "/route/shop", $$"""{"id":"b","mode":"{{Secret}}"}"""),
        ("POST", "/job/shop/timeouts", $$"""{"delay_ms":1,"route":"signed","mode":"{{Secret}}","meta":1}"""),
        ("GET", "/route/shop/signed", null),
        ("GET", "/route/shop", null),
        ("POST", "/route/shop/signed/pause", null),
        ("POST", "/route/shop/signed/resume", null),
        ("GET", "/cluster", null),
        ("GET", "/swagger/v1/swagger.json", null),
        ("GET", "/swagger/index.html", null),
    ];

    private static string Show(ApiAnswer answer) =>
        $"{answer.Status} {string.Join('\n', answer.Headers)} {answer.Text}";
}
