using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TimeMachine.Architecture.Tests;

/// <summary>
/// The rules about source text that no compiler or analyzer holds. Each gives its findings for one file.
/// </summary>
internal static class SourceRules
{
    public const int MethodLinesMax = 70;
    public const int FileLinesMax = 400;
    public const int LineLengthMax = 120;

    /// <summary>
    /// How long a record, enum, delegate or interface may be that shares its file with its main type.
    /// </summary>
    public const int TinyTypeLinesMax = 40;

    public static readonly IReadOnlyDictionary<string, Func<SourceFile, IEnumerable<string>>> All =
        new Dictionary<string, Func<SourceFile, IEnumerable<string>>>
        {
            ["method length"] = MethodLength,
            ["file length"] = FileLength,
            ["line length"] = LineLength,
            ["a file is named after its type"] = FileName,
            ["other types in a file are tiny"] = TinyTypes,
            ["no unchecked sync"] = UncheckedSync,
            ["no empty catch"] = EmptyCatch,
            ["nothing unfinished"] = Unfinished,
            ["no regions"] = Regions,
            ["no sleep, wall clock or unseeded chance in tests"] = NondeterministicTests,
            ["no lock, task or shared state in Core"] = ImpureCore,
        };

    private static IEnumerable<string> MethodLength(SourceFile file) =>
        from node in file.Root.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = Lines(node)
        where lines > MethodLinesMax
        select file.At(node, $"a method of {lines} lines");

    private static IEnumerable<string> FileLength(SourceFile file)
    {
        var lines = file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1;
        return lines > FileLinesMax ? [file.At(FileLinesMax, $"a file of {lines} lines")] : [];
    }

    private static IEnumerable<string> LineLength(SourceFile file) =>
        file.Text.Split('\n').Index().Where(line => line.Item.TrimEnd('\r').Length > LineLengthMax)
            .Select(line => file.At(line.Index + 1, $"a line of {line.Item.Length} characters"));

    // Tiny types of one subject may share a file that is named after the subject.
    private static IEnumerable<string> FileName(SourceFile file)
    {
        var name = Path.GetFileName(file.Path).Split('.')[0];
        var types = TopLevelTypes(file);
        var isOfOneSubject = types.Count > 1 && types.TrueForAll(IsTiny);
        return types.Count > 0 && !isOfOneSubject && types.TrueForAll(type => NameOf(type) != name)
            ? [file.At(types[0], $"no type {name} in its file")]
            : [];
    }

    private static IEnumerable<string> TinyTypes(SourceFile file)
    {
        var name = Path.GetFileName(file.Path).Split('.')[0];
        return from type in TopLevelTypes(file)
               where NameOf(type) != name && !IsTiny(type)
               select file.At(type, $"{NameOf(type)} has no file of its own");
    }

    // .NET gives no error when these fail to reach the disk.
    private static IEnumerable<string> UncheckedSync(SourceFile file) =>
        from name in file.Root.DescendantNodes().OfType<SimpleNameSyntax>()
        where name.Identifier.Text == "FlushToDisk" || (name.Identifier.Text == "Flush" && IsCalledWithTrue(name))
        select file.At(name, "a sync that swallows errors");

    private static IEnumerable<string> EmptyCatch(SourceFile file) =>
        from node in file.Root.DescendantNodes().OfType<CatchClauseSyntax>()
        where node.Block.Statements.Count == 0
        select file.At(node, "an empty catch");

    private static IEnumerable<string> Unfinished(SourceFile file)
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"];
        var comments = from trivia in file.Root.DescendantTrivia()
                       where IsComment(trivia) && marks.Any(mark => HasWord(trivia.ToString(), mark))
                       select file.At(SourceFile.LineOf(trivia.GetLocation()), "a note on something unfinished");
        var stubs = from name in file.Root.DescendantNodes().OfType<SimpleNameSyntax>()
                    where name.Identifier.Text == nameof(NotImplementedException) && name.Parent is not ArgumentSyntax
                    where !name.Ancestors().OfType<InvocationExpressionSyntax>().Any(IsNameOf)
                    select file.At(name, "a stub");
        return comments.Concat(stubs);
    }

    private static IEnumerable<string> Regions(SourceFile file) =>
        from trivia in file.Root.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select file.At(SourceFile.LineOf(trivia.GetLocation()), "a region");

    private static IEnumerable<string> NondeterministicTests(SourceFile file)
    {
        string[] banned =
        [
            "Thread.Sleep", "Task.Delay", "SpinWait.SpinUntil", "DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now",
            "DateTimeOffset.UtcNow", "Random.Shared", "Guid.NewGuid",
        ];
        // Benchmarks and chaos are of real time; the tests in front of them are not.
        if (!file.IsUnder("tests") || file.IsUnder("tests/Benchmarks") || file.IsUnder("tests/Chaos"))
        {
            return [];
        }

        var uses = from access in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
                   let text = LastTwo(access)
                   where banned.Contains(text)
                   select file.At(access, text);
        var unseeded = from creation in file.Root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
                       where creation.Type.ToString() == "Random"
                       where creation.ArgumentList is not { Arguments.Count: > 0 }
                       select file.At(creation, "an unseeded generator");
        return uses.Concat(unseeded);
    }

    private static IEnumerable<string> ImpureCore(SourceFile file)
    {
        SyntaxKind[] banned =
        [
            SyntaxKind.LockKeyword, SyntaxKind.AsyncKeyword, SyntaxKind.AwaitKeyword, SyntaxKind.VolatileKeyword,
            SyntaxKind.UnsafeKeyword,
        ];
        if (!file.IsUnder("Grains/Core"))
        {
            return [];
        }

        var words = from token in file.Root.DescendantTokens()
                    where banned.Contains(token.Kind())
                    select file.At(token, token.Text);
        var statics = from field in file.Root.DescendantNodes().OfType<FieldDeclarationSyntax>()
                      where field.Modifiers.Any(SyntaxKind.StaticKeyword)
                      where !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword)
                      select file.At(field, "a static field that can change");
        return words.Concat(statics);
    }

    private static List<MemberDeclarationSyntax> TopLevelTypes(SourceFile file) =>
    [
        .. file.Root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax),
    ];

    private static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier.Text,
        DelegateDeclarationSyntax declaration => declaration.Identifier.Text,
        _ => throw new ArgumentException(type.ToString()),
    };

    private static bool IsTiny(MemberDeclarationSyntax type) =>
        type is EnumDeclarationSyntax
        || (type is RecordDeclarationSyntax or DelegateDeclarationSyntax or InterfaceDeclarationSyntax
            && Lines(type) <= TinyTypeLinesMax);

    private static int Lines(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static bool IsCalledWithTrue(SimpleNameSyntax name) =>
        name.AncestorsAndSelf().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { } call
        && call.Expression.DescendantNodesAndSelf().Contains(name)
        && call.ArgumentList.Arguments is [{ Expression: var argument }]
        && argument.IsKind(SyntaxKind.TrueLiteralExpression);

    private static bool IsNameOf(InvocationExpressionSyntax call) => call.Expression.ToString() == "nameof";

    private static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia
        or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia
        or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static bool HasWord(string text, string word) =>
        text.Split([' ', ':', '.', ',', '/', '(', ')', '*', '<', '>', '\n', '\r']).Contains(word);

    private static string LastTwo(MemberAccessExpressionSyntax access) =>
        $"{access.Expression.ToString().Split('.')[^1]}.{access.Name.Identifier.Text}";
}
