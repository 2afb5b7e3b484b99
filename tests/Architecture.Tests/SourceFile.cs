using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TimeMachine.Architecture.Tests;

/// <summary>One C# file, parsed.</summary>
/// <param name="Path">Below the root, with forward slashes.</param>
/// <param name="Text">As it is on disk.</param>
/// <param name="Root">Its syntax.</param>
internal sealed record SourceFile(string Path, string Text, SyntaxNode Root)
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Everything =
        new(() => [.. Repository.Files(".cs").Select(path => Parse(path, Repository.Text(path)))]);

    /// <summary>Every C# file of the repository.</summary>
    public static IReadOnlyList<SourceFile> All => Everything.Value;

    /// <summary>The first folders of the path, to tell which rules hold for the file.</summary>
    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public static SourceFile Parse(string path, string text) =>
        new(path, text, CSharpSyntaxTree.ParseText(text, path: path).GetRoot());

    /// <summary>A finding in this file.</summary>
    public string At(SyntaxNodeOrToken where, string what) => At(LineOf(where.GetLocation()!), what);

    public string At(int line, string what) => $"{Path}:{line}: {what}";

    public static int LineOf(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;
}
