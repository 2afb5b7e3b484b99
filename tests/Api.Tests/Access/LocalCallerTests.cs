using System.Text;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Access;

/// <summary>Without keys, programs of this machine are served, and no page of a site in its browser.</summary>
public sealed class LocalCallerTests
{
    [Theory]
    [InlineData("Host: localhost\r\n", true)]
    [InlineData("Host: LOCALHOST:8001\r\n", true)]
    [InlineData("Host: 127.0.0.1:8001\r\n", true)]
    [InlineData("Host: [::1]:8001\r\n", true)]
    [InlineData("Host: localhost\r\nSec-Fetch-Site: same-origin\r\n", true)]
    [InlineData("Host: localhost\r\nSec-Fetch-Site: none\r\n", true)]
    [InlineData("Host: localhost\r\nOrigin: http://localhost\r\n", true)]
    [InlineData("Host: LOCALHOST:8001\r\nOrigin: http://localhost:8001\r\nSec-Fetch-Site: same-origin\r\n", true)]
    [InlineData("Host: [::1]:8001\r\nOrigin: http://[::1]:8001\r\n", true)]
    [InlineData("Host: localhost:8001\r\nOrigin: http://localhost:8002\r\n", false)]
    [InlineData("Host: localhost:8001\r\nOrigin: https://localhost:8001\r\n", false)]
    [InlineData("Host: localhost:8001\r\nOrigin: http://127.0.0.1:8001\r\n", false)]
    [InlineData("Host: localhost:8001\r\nOrigin: http://localhost\r\n", false)]
    [InlineData("Host: localhost\r\nOrigin: https://evil.example\r\n", false)]
    [InlineData("Host: localhost\r\nOrigin: null\r\n", false)]
    [InlineData("Host: localhost\r\nOrigin: \r\n", false)]
    [InlineData("Host: localhost\r\nOrigin: http://localhost\r\nOrigin: https://evil.example\r\n", false)]
    [InlineData("Host: localhost\r\nOrigin: https://evil.example\r\nSec-Fetch-Site: same-origin\r\n", false)]
    [InlineData("Host: evil.example\r\nOrigin: http://evil.example\r\n", false)]
    [InlineData("Host: evil.example\r\n", false)]
    [InlineData("Host: localhost.evil.example\r\n", false)]
    [InlineData("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", false)]
    [InlineData("Host: localhost\r\nSec-Fetch-Site: same-site\r\n", false)]
    public async Task A_page_of_another_site_is_told_apart(string headers, bool isServed)
    {
        await using var host = await ApiHost.StartAsync();
        var request = Encoding.ASCII.GetBytes($"POST /route/shop/hook/pause HTTP/1.1\r\n{headers}\r\n");

        var answer = await RawClient.SendAsync(host.Address, request);

        Assert.Equal(isServed ? 200 : 401, answer.Status);
        Assert.Equal(isServed ? null : "E024", answer.Code);
        Assert.Equal(isServed, host.Cluster.RoutesOf("shop").SpecOf("hook").IsPaused ?? false);
    }

    [Fact]
    public async Task Whoever_lets_anybody_in_lets_pages_in_too()
    {
        await using var host = await ApiHost.StartAsync(new ApiOptions { AllowAnonymous = true });

        var answer = await RawClient.SendAsync(
            host.Address, "GET /cluster HTTP/1.1\r\nHost: scheduler.example\r\n\r\n"u8.ToArray());

        Assert.Equal(200, answer.Status);
    }
}
