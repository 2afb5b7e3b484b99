using System.Text.RegularExpressions;

namespace TimeMachine.Architecture.Tests;

public sealed partial class DocumentTests
{
    private static IEnumerable<(string Path, string Text)> Documents =>
        Repository.Files(".md").Select(path => (path, Repository.Text(path)));

    [Fact]
    public void Every_link_leads_to_a_file()
    {
        Assert.Empty(Documents.SelectMany(document => DeadLinks(document.Path, document.Text)));
    }

    [Fact]
    public void Every_source_file_that_a_document_names_exists()
    {
        var names = Repository.Files(".cs").Select(path => "/" + path).ToList();

        var missing = from document in Documents
                      from Match match in SourceName().Matches(document.Text)
                      let name = "/" + match.Groups[1].Value
                      where !names.Exists(path => path.EndsWith(name, StringComparison.Ordinal))
                      select $"{document.Path}: {match.Groups[1].Value}";

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_checked_rule_that_the_architecture_names_is_a_rule_of_the_checkers()
    {
        var checkers = string.Concat(
            SourceFile.All.Where(file => file.IsUnder("tests/Simulation")).Select(file => file.Text));

        var missing = CheckedRule().Matches(Repository.Text("ARCHITECTURE.md")).Select(match => match.Groups[1].Value)
            .Where(rule => !checkers.Contains($"\"{rule}\"", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_metric_that_a_document_names_is_measured()
    {
        var product = string.Concat(
            SourceFile.All.Where(file => !file.IsUnder("tests")).Select(file => file.Text));

        var named = from document in Documents
                    from Match match in Metric().Matches(document.Text)
                    select match.Groups[1].Value;

        Assert.Contains("wheel_missed_total", named);
        Assert.DoesNotContain(named, metric => !product.Contains($"\"{metric}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_script_that_a_document_names_is_in_deploy()
    {
        var scripts = Repository.Files(".sh").Select(path => Path.GetFileName(path)).ToList();

        var named = from document in Documents
                    from Match match in Script().Matches(document.Text)
                    select match.Groups[1].Value;

        Assert.Contains("create-cluster.sh", named);
        Assert.DoesNotContain(named, script => !scripts.Contains(script));
    }

    [Fact]
    public void A_dead_link_is_found()
    {
        Assert.Equal(
            ["docs/adr/README.md: 0000-none.md"],
            DeadLinks("docs/adr/README.md", "[a](0000-none.md) [b](../errors/README.md) [c](https://a.org/x.md)"));
    }

    private static IEnumerable<string> DeadLinks(string path, string text) =>
        from Match match in Link().Matches(text)
        let target = match.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        let full = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, target)
        where !File.Exists(full) && !Directory.Exists(full)
        select $"{path}: {target}";

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\btimemachine_([a-z]+(?:_[a-z]+)*)\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\b([a-z]+(?:-[a-z]+)*\.sh)\b")]
    private static partial Regex Script();

    [GeneratedRegex(@"`([A-Za-z0-9_./]+\.cs)`")]
    private static partial Regex SourceName();

    [GeneratedRegex("`([a-z]+(?:-[a-z]+)+)`")]
    private static partial Regex CheckedRule();
}
