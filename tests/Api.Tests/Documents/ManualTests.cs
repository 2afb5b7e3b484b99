using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TimeMachine.Api.Json;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Core.Jobs;

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

    [Fact]
    public async Task The_commands_of_the_readme_make_a_route_and_a_job()
    {
        await using var host = await ApiHost.StartEmptyAsync();
        var readme = await File.ReadAllLinesAsync(
            Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        var commands = readme.Where(line => CommandLine().IsMatch(line)).Select(CurlCommand.Parse).ToList();

        foreach (var command in commands)
        {
            var answer = await host.SendAsync(command.Method, command.Path, command.Body, [.. command.Headers]);

            Assert.True(answer.Status == 201, $"{command}\n{answer.Text}");
        }

        Assert.Equal(["PUT", "POST"], commands.Select(command => command.Method));
    }

    [Fact]
    public async Task The_manual_has_every_field_of_jobs_and_routes_every_state_and_every_reason_of_a_failed_attempt()
    {
        var stopping = TestContext.Current.CancellationToken;
        var manual = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "api.md"), stopping);
        var golden = Path.Combine(Repository.Root, "tests", "Api.Tests", "Documents", "openapi.golden.json");
        var schemas = JsonNode.Parse(await File.ReadAllTextAsync(golden, stopping))!["components"]!["schemas"]!;
        string[] described = ["JobSpec", "Job", "Attempt", "RouteSpec"];
        var fields = described.SelectMany(
            schema => schemas[schema]!["properties"]!.AsObject().Select(property => property.Key));
        var reasons = Enum.GetValues<AttemptError>().Where(reason => reason != AttemptError.None)
            .Select(reason => Capital().Replace($"{reason}", "_$0").TrimStart('_').ToLowerInvariant());

        var missing = fields.Concat(reasons).Concat(StateJson.All)
            .Where(word => !manual.Contains($"`{word}`", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"```\n(?<command>curl [^`]*)```\n\n```json (?<status>\d+)\n(?<answer>[^`]*)```")]
    private static partial Regex Example();

    [GeneratedRegex("^curl ", RegexOptions.Multiline)]
    private static partial Regex CommandLine();
}
