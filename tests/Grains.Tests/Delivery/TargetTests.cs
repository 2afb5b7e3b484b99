using System.Net;
using System.Text;
using TimeMachine.Grains.Delivery;

namespace TimeMachine.Grains.Tests.Delivery;

public sealed class TargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://１２７.0.0.1/")]
    [InlineData("http://①②⑦.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("ftp://example.com/")]
    [InlineData("http://user:password@example.com/")]
    [InlineData("http://example.com/#fragment")]
    [InlineData("http://example.com/\r\nHost: other")]
    [InlineData("http://exa mple.com/")]
    [InlineData("http://example.com\\@127.0.0.1/")]
    [InlineData("http:///path")]
    [InlineData("//example.com/")]
    [InlineData("/hook")]
    [InlineData("")]
    [InlineData(null)]
    public void An_address_that_is_not_to_be_reached_is_refused(string? url)
    {
        Assert.NotNull(WebhookTarget.Check(url, allowsLoopback: false, out var target));
        Assert.Null(target);
    }

    [Theory]
    [InlineData("http://example.com/hook?a=1", "http://example.com/hook?a=1")]
    [InlineData("https://example.com:8443/", "https://example.com:8443/")]
    [InlineData("https://bücher.example/", "https://xn--bcher-kva.example/")]
    [InlineData("http://8.8.8.8/", "http://8.8.8.8/")]
    [InlineData("http://[2606:4700::1111]/", "http://[2606:4700::1111]/")]
    [InlineData("http://localhost/", "http://localhost/")]
    public void An_address_that_may_be_reached_is_taken(string url, string expected)
    {
        Assert.Null(WebhookTarget.Check(url, allowsLoopback: false, out var target));
        Assert.Equal(expected, target!.AbsoluteUri);
    }

    [Fact]
    public void Loopback_may_be_allowed_and_nothing_else_with_it()
    {
        Assert.Null(WebhookTarget.Check("http://127.0.0.1:8080/", allowsLoopback: true, out _));
        Assert.Null(WebhookTarget.Check("http://[::ffff:127.0.0.1]/", allowsLoopback: true, out _));
        Assert.NotNull(WebhookTarget.Check("http://169.254.169.254/", allowsLoopback: true, out _));
        Assert.NotNull(WebhookTarget.Check("http://10.0.0.1/", allowsLoopback: true, out _));
        Assert.True(AddressGuard.IsForbidden(IPAddress.Parse("::ffff:10.0.0.1"), allowsLoopback: true));
    }

    /// <summary>The example of the specification's own libraries.</summary>
    [Fact]
    public void A_signature_is_what_the_specification_says()
    {
        ReadOnlyMemory<byte> secret = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var body = Encoding.UTF8.GetBytes("{\"test\": 2432232314}");

        var one = WebhookSignature.Of([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        var two = WebhookSignature.Of([secret, new byte[24]], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", one);
        Assert.StartsWith(one + " v1,", two, StringComparison.Ordinal);
    }
}
