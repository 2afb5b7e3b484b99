using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TimeMachine.Architecture.Tests;

/// <summary>Which folder of Core may know which. A folder is a namespace; Engine and Node bind them all.</summary>
internal static class CoreArrows
{
    private const string CoreNamespace = "TimeMachine.Core.";
    private const string CoreFolder = "Grains/Core/";

    private static readonly string[] Binders = ["Engine", "Node"];

    /// <summary>The arrows, innermost first. ARCHITECTURE.md shows the same table.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["Primitives"] = [],
        ["Encoding"] = ["Primitives"],
        ["Raft"] = ["Primitives", "Encoding"],
        ["Log"] = ["Primitives", "Encoding"],
        ["Replication"] = ["Primitives", "Encoding", "Raft", "Jobs"],
        ["Jobs"] = ["Primitives", "Encoding", "Raft", "Replication"],
        ["Routes"] = ["Primitives", "Encoding", "Jobs"],
        ["SystemGroup"] = ["Primitives", "Encoding", "Raft", "Replication", "Jobs", "Routes"],
        ["Triggering"] = ["Primitives", "Encoding", "Replication", "Jobs", "Routes"],
        ["Routing"] = ["Primitives", "Encoding", "Jobs"],
        ["Cluster"] = ["Primitives", "Encoding", "Routing"],
    };

    /// <summary>Every use of a folder that the using one may not know, once a file and folder.</summary>
    public static IEnumerable<string> Findings(CSharpCompilation compilation) =>
        compilation.SyntaxTrees.Where(tree => tree.FilePath.StartsWith(CoreFolder, StringComparison.Ordinal))
            .SelectMany(tree => Findings(tree, compilation.GetSemanticModel(tree)));

    private static IEnumerable<string> Findings(SyntaxTree tree, SemanticModel model)
    {
        var folder = tree.FilePath[CoreFolder.Length..].Split('/')[0];
        if (Binders.Contains(folder))
        {
            return [];
        }

        if (!Allowed.TryGetValue(folder, out var allowed))
        {
            return [$"{tree.FilePath}: {folder} has no arrows"];
        }

        return tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            .SelectMany(name => FoldersOf(model, name))
            .Where(used => used != folder && !allowed.Contains(used))
            .Distinct()
            .Select(used => $"{tree.FilePath}: {folder} uses {used}");
    }

    // The member's own place, and that of its type: `var` and chained calls name nothing.
    private static IEnumerable<string> FoldersOf(SemanticModel model, SimpleNameSyntax name)
    {
        var symbol = model.GetSymbolInfo(name).Symbol;
        ISymbol?[] symbols = [symbol is INamespaceSymbol ? null : symbol, model.GetTypeInfo(name).Type];
        return symbols.Select(FolderOf).OfType<string>();
    }

    private static string? FolderOf(ISymbol? symbol)
    {
        var place = symbol?.ContainingNamespace?.ToDisplayString();
        return place is not null && place.StartsWith(CoreNamespace, StringComparison.Ordinal)
            ? place[CoreNamespace.Length..].Split('.')[0]
            : null;
    }
}
