using System.Text.Json;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Tests.Configuration;

public sealed class NewKeyTests
{
    [Fact]
    public void A_new_key_and_its_setting_belong_together_and_the_setting_is_taken()
    {
        using var output = new StringWriter();

        var status = NewKey.Run(["new-key"], output);

        var lines = output.ToString().Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        using var setting = JsonDocument.Parse(lines[^1]);
        var hash = setting.RootElement.GetProperty("Sha256").GetString()!;
        Assert.Equal(0, status);
        Assert.Equal(NewKey.HashOf(lines[0]["key: ".Length..]), hash);
        Assert.DoesNotContain(lines[0]["key: ".Length..], lines[^1], StringComparison.Ordinal);
        var settings = SettingsReader.Read(
            ["--Api:Keys:0:Name=new", $"--Api:Keys:0:Sha256={hash}", "--Api:Keys:0:Scopes:0=admin:*"],
            new Dictionary<string, string>());
        Assert.Equal(hash, Assert.Single(settings.Api.Keys).Sha256);
    }

    [Fact]
    public void Two_keys_differ()
    {
        using var first = new StringWriter();
        using var second = new StringWriter();

        NewKey.Run(["new-key"], first);
        NewKey.Run(["new-key"], second);

        Assert.NotEqual(first.ToString(), second.ToString());
    }
}
