using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TimeMachine.Architecture.Tests;

/// <summary>Core's sources compiled in memory, so that names can be asked what they mean.</summary>
internal static class CoreCompilation
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using TimeMachine.Core.Primitives;
        namespace TimeMachine.Core.Primitives { }
        """;

    // What this process runs on, which is more than Core may use: the arrows are not hidden by missing references.
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("TimeMachine.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly Lazy<CSharpCompilation> FromRepository = new(() =>
        Of(SourceFile.All.Where(file => file.IsUnder("Grains/Core")).Select(file => (file.Path, file.Text))));

    /// <summary>Core as it is.</summary>
    public static CSharpCompilation Real => FromRepository.Value;

    public static CSharpCompilation Of(IEnumerable<(string Path, string Text)> files)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = files.Append(("GlobalUsings.cs", GlobalUsings))
            .Select(file => CSharpSyntaxTree.ParseText(file.Item2, options, file.Item1));
        return CSharpCompilation.Create(
            "TimeMachine.Core.InMemory",
            trees,
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }
}
