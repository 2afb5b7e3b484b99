using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TimeMachine.Architecture.Tests;

/// <summary>
/// Finds the banned types and namespaces wherever they are named. The analyzer looks at what code does: a field or a
/// parameter of a banned type passes it.
/// </summary>
internal static class BannedNames
{
    private static readonly HashSet<string> Ids =
        [.. ListedIds.Where(id => id[..2] is "T:" or "N:")];

    /// <summary>The symbols of the list, as documentation ids.</summary>
    public static IEnumerable<string> ListedIds => Repository.Text("Grains/Core/BannedSymbols.txt")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';')[0].Trim());

    public static IEnumerable<string> Findings(CSharpCompilation compilation) =>
        compilation.SyntaxTrees.SelectMany(tree => Findings(tree, compilation.GetSemanticModel(tree)));

    private static IEnumerable<string> Findings(SyntaxTree tree, SemanticModel model) =>
        from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
        let symbol = model.GetSymbolInfo(name).Symbol
        let type = (symbol as INamedTypeSymbol ?? (symbol as IMethodSymbol)?.ContainingType)?.OriginalDefinition
        where type is not null && IsBanned(type)
        select $"{tree.FilePath}: {type.ToDisplayString()}";

    private static bool IsBanned(INamedTypeSymbol type)
    {
        for (ISymbol? symbol = type; symbol is not null; symbol = symbol.ContainingSymbol)
        {
            if (symbol.GetDocumentationCommentId() is { } id && Ids.Contains(id))
            {
                return true;
            }
        }

        return false;
    }
}
