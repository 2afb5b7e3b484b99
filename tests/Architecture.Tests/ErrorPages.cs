namespace TimeMachine.Architecture.Tests;

/// <summary>Each error code has a page in docs/errors that says what to do about it.</summary>
internal static class ErrorPages
{
    public static readonly string[] Headings = ["## Meaning", "## Cause", "## Remedy", "## Is a retry safe?"];

    public static string PathOf(int code) => $"docs/errors/E{code:D3}.md";

    /// <summary>What is wrong with the page of a code, or nothing.</summary>
    /// <param name="code">The code's number.</param>
    /// <param name="name">Its name in the source.</param>
    /// <param name="page">The page's text, or null if there is none.</param>
    public static IEnumerable<string> Findings(int code, string name, string? page)
    {
        if (page is null)
        {
            return [$"{PathOf(code)} is missing"];
        }

        var title = $"# E{code:D3} {name}";
        return Headings.Where(heading => !HasText(page, heading)).Select(heading => $"{PathOf(code)} has no {heading}")
            .Concat(HasTitle(page, title) ? [] : [$"{PathOf(code)} is not titled {title}"]);
    }

    private static bool HasTitle(string page, string title) =>
        page.StartsWith(title + "\n", StringComparison.Ordinal);

    private static bool HasText(string page, string heading)
    {
        var start = page.IndexOf(heading + "\n", StringComparison.Ordinal);
        var text = start < 0 ? "" : page[(start + heading.Length)..].Split("\n## ")[0];
        return text.Trim().Length > 0;
    }
}
