namespace TimeMachine.Architecture.Tests;

public sealed class ErrorPageTests
{
    private static readonly ErrorCode[] Codes = [.. Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None)];

    [Fact]
    public void Every_code_has_a_page_that_says_what_to_do()
    {
        var findings = Codes.SelectMany(code => ErrorPages.Findings((int)code, code.ToString(), PageOf((int)code)));

        Assert.Empty(findings);
    }

    [Fact]
    public void Every_page_is_of_a_code()
    {
        var pages = Repository.Files(".md").Where(path => path.StartsWith("docs/errors/E", StringComparison.Ordinal));

        Assert.Equal(Codes.Select(code => ErrorPages.PathOf((int)code)).Order(StringComparer.Ordinal), pages);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("# E001 Other\n\n## Meaning\n\na\n\n## Cause\n\na\n\n## Remedy\n\na\n\n## Is a retry safe?\n\nNo.\n")]
    [InlineData("# E001 Sample\n\n## Meaning\n\na\n\n## Cause\n\na\n\n## Remedy\n\na\n")]
    [InlineData("# E001 Sample\n\n## Meaning\n\na\n\n## Cause\n\n## Remedy\n\na\n\n## Is a retry safe?\n\nNo.\n")]
    public void A_missing_wrong_or_empty_page_is_found(string? page)
    {
        Assert.Single(ErrorPages.Findings(1, "Sample", page));
    }

    private static string? PageOf(int code)
    {
        var path = ErrorPages.PathOf(code);
        return File.Exists(Path.Combine(Repository.Root, path)) ? Repository.Text(path) : null;
    }
}
