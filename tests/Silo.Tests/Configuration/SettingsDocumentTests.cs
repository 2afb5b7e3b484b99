using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Tests.Configuration;

/// <summary>docs/settings.md has every setting, with its default, and none that is not there.</summary>
public sealed partial class SettingsDocumentTests
{
    public static TheoryData<string> Sections => [.. new SiloSettings().Sections().Keys];

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_section_is_described_key_by_key_with_its_defaults(string name)
    {
        var settings = new SiloSettings();
        settings.Webhooks.Cluster = "";
        var section = settings.Sections()[name];
        var described = DescribedIn(name);

        Assert.Equal(
            section.GetType().GetProperties().Select(property => property.Name).Order(), described.Keys.Order());
        foreach (var property in section.GetType().GetProperties())
        {
            Assert.Equal(Shown(property.GetValue(section)), described[property.Name]);
        }
    }

    [Theory]
    [InlineData("node1", "10.0.0.1")]
    [InlineData("node2", "10.0.0.2")]
    [InlineData("node3", "10.0.0.3")]
    public void The_file_of_the_document_is_taken_by_each_of_its_nodes_once_its_certificates_are_there(
        string name, string address)
    {
        var directory = Directory.CreateTempSubdirectory("time-machine-document-");
        try
        {
            var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));
            var path = Path.Combine(directory.FullName, "cluster.json");
            File.WriteAllText(path, Example().Match(text).Groups["file"].Value.Replace(
                "/etc/time-machine", directory.FullName, StringComparison.Ordinal));
            foreach (var file in new[] { "node.pem", "node.key", "authority.pem" })
            {
                File.WriteAllText(Path.Combine(directory.FullName, file), "");
            }

            var settings = SettingsReader.Read(
                ["--config", path, $"--Node:Name={name}"], new Dictionary<string, string>());

            Assert.Equal(("shop", address), (settings.Cluster.Id, settings.Listen.SiloAddress));
            Assert.True(settings.Tls.HasFiles());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Shown(object? value) => value switch
    {
        IList or "" => "",
        bool flag => flag ? "true" : "false",
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        string text => text,
        _ => throw new ArgumentException($"A kind of setting that is not known: {value}."),
    };

    /// <summary>The keys and defaults of a section's table.</summary>
    private static Dictionary<string, string> DescribedIn(string section)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));
        var begin = text.IndexOf($"## `TimeMachine:{section}`", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"docs/settings.md has no section {section}");
        var end = text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        var table = end < 0 ? text[begin..] : text[begin..end];
        return Row().Matches(table).ToDictionary(
            row => row.Groups["key"].Value, row => row.Groups["default"].Value.Trim().Trim('`'));
    }

    [GeneratedRegex("```json\n(?<file>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| `(?<key>\w+)` \|(?<default>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
