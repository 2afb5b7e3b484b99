using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace TimeMachine.Simulation.Mutants;

/// <summary>Compiles the sources in memory, unpatched or with one patch; parsed files and references are
/// shared.</summary>
public sealed class MutantCompiler
{
    private static readonly CSharpParseOptions Parsing = new(
        LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Regular, ["RELEASE", "NET", "NET10_0"]);

    private readonly Dictionary<string, SyntaxTree> _trees = new(StringComparer.Ordinal);
    private readonly CoreSources _sources;
    private readonly CSharpCompilation _unpatched;

    /// <summary>Parses the sources.</summary>
    public MutantCompiler(CoreSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources = sources;
        foreach (var (path, text) in sources.Files)
        {
            _trees[path] = Parse(path, text);
        }

        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            nullableContextOptions: NullableContextOptions.Enable,
            deterministic: true,
            concurrentBuild: false);
        SyntaxTree[] trees = [.. _trees.Values, Parse("Generated.cs", Generated(sources))];
        _unpatched = CSharpCompilation.Create(sources.AssemblyName, trees, References(sources), options);
    }

    /// <summary>Compiles the sources as they are.</summary>
    /// <returns>The assembly's bytes, or null and what is wrong.</returns>
    public byte[]? Compile(out string error) => Emit(_unpatched, out error);

    /// <summary>Compiles the sources with a mutant's patches.</summary>
    /// <returns>The assembly's bytes, or null and what is wrong: a patch does not apply once, or does not
    /// compile.</returns>
    public byte[]? Compile(Mutant mutant, out string error) =>
        TryPatch(mutant, out var patched, out _, out error) ? Emit(patched, out error) : null;

    /// <summary>Compiles the patches without emitting: enough to know that they apply.</summary>
    /// <returns>Nothing, or what is wrong.</returns>
    public string Verify(Mutant mutant)
    {
        if (!TryPatch(mutant, out var patched, out var changed, out var error))
        {
            return error;
        }

        return Errors(changed.SelectMany(tree => patched.GetSemanticModel(tree).GetDiagnostics()));
    }

    private bool TryPatch(
        Mutant mutant, out CSharpCompilation patched, out IReadOnlyCollection<SyntaxTree> changed, out string error)
    {
        ArgumentNullException.ThrowIfNull(mutant);
        patched = _unpatched;
        error = "";
        var trees = new Dictionary<string, SyntaxTree>(StringComparer.Ordinal);
        changed = trees.Values;
        foreach (var (file, oldText, newText) in mutant.Patches)
        {
            if (!TryFind(file, out var path, out error))
            {
                return false;
            }

            var tree = trees.GetValueOrDefault(path) ?? _trees[path];
            if (!TryReplace(path, $"{tree}", (oldText, newText), out var text, out error))
            {
                return false;
            }

            trees[path] = Parse(path, text);
            patched = patched.ReplaceSyntaxTree(tree, trees[path]);
        }

        return true;
    }

    private bool TryFind(string file, out string path, out string error)
    {
        string[] paths = [.. _sources.Files.Keys.Where(known => known == file
            || known.EndsWith("/" + file, StringComparison.Ordinal))];
        path = paths.Length == 1 ? paths[0] : "";
        error = paths.Length == 1 ? "" : $"{paths.Length} files are named {file}";
        return paths.Length == 1;
    }

    private static bool TryReplace(
        string path, string text, (string Old, string New) patch, out string patched, out string error)
    {
        patched = text;
        var at = text.IndexOf(patch.Old, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(patch.Old, at + 1, StringComparison.Ordinal) >= 0)
        {
            error = $"the old text stands in {path} {(at < 0 ? "nowhere" : "more than once")}";
            return false;
        }

        error = patch.Old == patch.New ? "the new text is the old text" : "";
        patched = string.Concat(text.AsSpan(0, at), patch.New, text.AsSpan(at + patch.Old.Length));
        return error.Length == 0;
    }

    private static byte[]? Emit(CSharpCompilation compilation, out string error)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        error = Errors(result.Diagnostics);
        return result.Success ? stream.ToArray() : null;
    }

    private static string Errors(IEnumerable<Diagnostic> diagnostics) => string.Join("; ", diagnostics
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(3));

    private static SyntaxTree Parse(string path, string text) =>
        CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), Parsing, path);

    private static string Generated(CoreSources sources)
    {
        var usings = sources.GlobalUsings.Select(name => $"global using {name};");
        var friends = sources.Friends.Select(
            name => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{name}\")]");
        return string.Join('\n', [.. usings, .. friends, "[assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")]"]);
    }

    private static IEnumerable<MetadataReference> References(CoreSources sources)
    {
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return trusted.Split(Path.PathSeparator)
            .Where(path => path.Length > 0)
            .Where(path => !Path.GetFileName(path).StartsWith("TimeMachine.", StringComparison.Ordinal))
            .Where(path => Path.GetFileNameWithoutExtension(path) != sources.AssemblyName)
            .Select(path => MetadataReference.CreateFromFile(path));
    }
}
