using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace TimeMachine.Architecture.Tests;

public sealed class BannedSymbolTests
{
    private static readonly string[] Uses =
    [
        "long A() => DateTime.UtcNow.Ticks;",
        "long A() => DateTime.Now.Ticks;",
        "long A() => DateTimeOffset.UtcNow.Ticks;",
        "long A() => Environment.TickCount64;",
        "string? A() => Environment.GetEnvironmentVariable(\"A\");",
        "long A() => System.Diagnostics.Stopwatch.GetTimestamp();",
        "long A() => TimeProvider.System.GetTimestamp();",
        "string A() => TimeZoneInfo.Local.Id;",
        "Random A() => new(7);",
        "int A() => Random.Shared.Next();",
        "Guid A() => Guid.NewGuid();",
        "Guid A() => Guid.CreateVersion7();",
        "void A() => System.Security.Cryptography.RandomNumberGenerator.Fill(new byte[1]);",
        "int A() => HashCode.Combine(1, 2);",
        "int A() => \"a\".GetHashCode();",
        "int A() => \"a\".GetHashCode(StringComparison.Ordinal);",
        "int A() => string.GetHashCode(\"a\");",
        "int A() => string.GetHashCode(\"a\", StringComparison.Ordinal);",
        "int A() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);",
        "void A() => System.Threading.Tasks.Task.Run(A);",
        "void A(ref int b) => System.Threading.Interlocked.Increment(ref b);",
        "void A() => System.Threading.Monitor.Enter(this);",
        "object A() => new System.Collections.Concurrent.ConcurrentDictionary<int, int>();",
        "[ThreadStatic] static int s_a;",
        "int A() => new Lazy<int>().Value;",
        "byte[] A() => System.IO.File.ReadAllBytes(\"a\");",
        "string A() => System.IO.Path.GetTempPath();",
        "void A() => Console.WriteLine();",
        "void A() => new System.Net.Http.HttpClient().CancelPendingRequests();",
        "void A() => System.Diagnostics.Process.GetCurrentProcess();",
        "string A() => System.Globalization.CultureInfo.CurrentCulture.Name;",
        "int A() => string.Compare(\"a\", \"b\");",
        "int A() => \"a\".CompareTo(\"b\");",
    ];

    private static readonly string[] Names =
    [
        "TimeProvider? A;",
        "System.Threading.Tasks.Task? A;",
        "System.Threading.Tasks.ValueTask<int> A;",
        "System.Threading.CancellationToken A;",
        "System.Threading.Lock? A;",
        "void A(System.IO.Stream b) { }",
        "System.IO.FileInfo? A() => null;",
        "System.Collections.Generic.List<System.Net.Sockets.Socket>? A;",
        "Lazy<int>? A;",
        "System.Globalization.CultureInfo? A;",
    ];

    private static readonly string[] Harmless =
    [
        "int A() => string.CompareOrdinal(\"a\", \"b\");",
        "ulong A() => System.IO.Hashing.XxHash3.HashToUInt64([]);",
        "DateTime A() => DateTime.UnixEpoch;",
        "Span<byte> A() => default;",
    ];

    private static readonly Lazy<Task<ILookup<string, string>>> FoundByAnalyzer = new(FindAsync);

    public static TheoryData<string> UseSamples => [.. Uses];

    public static TheoryData<string> NameSamples => [.. Names];

    [Fact]
    public void Every_banned_symbol_exists()
    {
        var compilation = CoreCompilation.Of([]);

        var misspelt = BannedNames.ListedIds
            .Where(id => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) is null);

        Assert.Empty(misspelt);
    }

    [Theory]
    [MemberData(nameof(UseSamples))]
    public async Task A_use_of_a_banned_symbol_is_found_by_the_analyzer(string member)
    {
        Assert.Contains("RS0030", (await FoundByAnalyzer.Value)[member]);
    }

    [Theory]
    [MemberData(nameof(NameSamples))]
    public void A_banned_type_is_found_where_it_is_only_named(string member)
    {
        Assert.NotEmpty(BannedNames.Findings(CoreCompilation.Of([Sample(member)])));
    }

    [Fact]
    public async Task What_Core_needs_is_not_found()
    {
        var analyzed = await FoundByAnalyzer.Value;

        Assert.All(Harmless, member => Assert.Empty(analyzed[member]));
        Assert.All(Harmless, member => Assert.Empty(BannedNames.Findings(CoreCompilation.Of([Sample(member)]))));
    }

    [Fact]
    public void Core_names_no_banned_type()
    {
        Assert.Empty(BannedNames.Findings(CoreCompilation.Real));
    }

    private static (string Path, string Text) Sample(string member) =>
        (member, $"namespace TimeMachine.Core.Samples; class Sample {{ {member} }}");

    private static async Task<ILookup<string, string>> FindAsync()
    {
        var compilation = CoreCompilation.Of(Uses.Concat(Harmless).Select((member, i) =>
            (member, $"namespace TimeMachine.Core.Sample{i}; class Sample {{ {member} }}")));
        Assert.DoesNotContain(compilation.GetDiagnostics(), found => found.Severity == DiagnosticSeverity.Error);
        var options = new AnalyzerOptions([new ListOfBannedSymbols()]);

        var found = await compilation.WithAnalyzers(Analyzers(), options).GetAnalyzerDiagnosticsAsync();

        return found.ToLookup(diagnostic => diagnostic.Location.SourceTree!.FilePath, diagnostic => diagnostic.Id);
    }

    private static ImmutableArray<DiagnosticAnalyzer> Analyzers() =>
    [
        .. Assembly.LoadFrom(Path.Combine(
                AppContext.BaseDirectory, "analyzers", "Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.dll"))
            .GetTypes()
            .Where(type => type.IsAssignableTo(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    private sealed class ListOfBannedSymbols : AdditionalText
    {
        public override string Path => "BannedSymbols.txt";

        public override SourceText GetText(CancellationToken cancellationToken = default) =>
            SourceText.From(Repository.Text("Grains/Core/BannedSymbols.txt"));
    }
}
