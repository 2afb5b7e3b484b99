using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Documents;

/// <summary>The commands of docs/api.md do what it says.</summary>
public sealed partial class ManualTests
{
    [Fact]
    public async Task Every_command_of_the_manual_is_answered_as_it_says()
    {
        await using var host = await ApiHost.StartEmptyAsync();
        var manual = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "docs", "api.md"), TestContext.Current.CancellationToken);
        var examples = Example().Matches(manual);

        foreach (Match example in examples)
        {
            var command = CurlCommand.Parse(example.Groups["command"].Value);
            var answer = await host.SendAsync(command.Method, command.Path, command.Body, [.. command.Headers]);

            Assert.Equal(int.Parse(example.Groups["status"].Value, CultureInfo.InvariantCulture), answer.Status);
            var expected = JsonNode.Parse(example.Groups["answer"].Value);
            Assert.True(JsonNode.DeepEquals(expected, answer.Json), $"{command}\n{answer.Text}");
        }

        Assert.Equal(CommandLine().Count(manual), examples.Count);
        Assert.InRange(examples.Count, 12, 100);
    }

    [GeneratedRegex(@"```\n(?<command>curl [^`]*)```\n\n```json (?<status>\d+)\n(?<answer>[^`]*)```")]
    private static partial Regex Example();

    [GeneratedRegex("^curl ", RegexOptions.Multiline)]
    private static partial Regex CommandLine();
}
