namespace TimeMachine.Architecture.Tests;

/// <summary>Small files that break one rule each, and some that break none.</summary>
internal static class SourceSamples
{
    private const string InCore = "Grains/Core/Sample.cs";
    private const string InTests = "tests/Core.Tests/Sample.cs";

    public static readonly IReadOnlyList<(string Rule, string Path, string Text)> Bad =
    [
        ("method length", InCore, InMethod(Lines(68))),
        ("method length", InCore, "class Sample { int Size { get {\n" + Lines(70) + "} } }"),
        ("method length", InCore, "class Sample { Sample() {\n" + Lines(70) + "} }"),
        ("file length", InCore, "class Sample\n{\n" + Lines(399) + "}\n"),
        ("line length", InCore, "// " + new string('-', 118)),
        ("a file is named after its type", InCore, "class Other { }"),
        ("a file is named after its type", "Grains/Core/Other.Part.cs", "class Sample { }"),
        ("a file is named after its type", "Grains/Core/Other.cs", "class Sample { } record Third(int Bytes);"),
        ("other types in a file are tiny", InCore, "class Sample { } class Other { }"),
        ("other types in a file are tiny", InCore, "class Sample { } record Other {\n" + Lines(40) + "}"),
        ("no unchecked sync", "Grains/Storage/Sample.cs", InMethod("stream.Flush(true);")),
        ("no unchecked sync", "Grains/Storage/Sample.cs", InMethod("stream.Flush(flushToDisk: true);")),
        ("no unchecked sync", "Grains/Storage/Sample.cs", InMethod("RandomAccess.FlushToDisk(handle);")),
        ("no empty catch", InCore, InMethod("try { Go(); } catch (IOException) { }")),
        ("no empty catch", InCore, InMethod("try { Go(); } catch { /* never mind */ }")),
        ("nothing unfinished", InCore, "// TO" + "DO: later\nclass Sample { }"),
        ("nothing unfinished", InCore, "/// <summary>FIX" + "ME</summary>\nclass Sample { }"),
        ("nothing unfinished", InCore, InMethod("throw new NotImplementedException();")),
        ("no regions", InCore, "#region Fields\n#endregion\nclass Sample { }"),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("Thread.Sleep(10);")),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("await Task.Delay(10);")),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("System.Threading.Thread.Sleep(1);")),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("var now = DateTime.UtcNow;")),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("var random = new Random();")),
        ("no sleep, wall clock or unseeded chance in tests", InTests, InMethod("var id = Guid.NewGuid();")),
        ("no lock, task or shared state in Core", InCore, InMethod("lock (gate) { Go(); }")),
        ("no lock, task or shared state in Core", InCore, "class Sample { async void Go() { } }"),
        ("no lock, task or shared state in Core", InCore, "class Sample { static int _count; }"),
        ("no lock, task or shared state in Core", InCore, "class Sample { volatile int _count; }"),
        ("no lock, task or shared state in Core", InCore, "unsafe class Sample { }"),
    ];

    public static readonly IReadOnlyList<(string Path, string Text)> Good =
    [
        (InCore, InMethod(Lines(67))),
        (InCore, "class Sample\n{\n" + Lines(397) + "}\n"),
        (InCore, "// " + new string('-', 117)),
        ("Grains/Core/Sample.Part.cs", "partial class Sample { }"),
        (InCore, "class Sample { } enum SampleKind { One } record struct SampleSize(int Bytes);"),
        ("Grains/Core/SampleTypes.cs", "enum SampleKind { One } record struct SampleSize(int Bytes);"),
        (InCore, "class Sample { const int Max = 1; static readonly int Min = 0; }"),
        ("Silo/Program.cs", "return 0;"),
        ("Grains/Storage/Sample.cs", InMethod("stream.Flush(); stream.Flush(false); cache.Flush(true, 1);")),
        (InCore, InMethod("try { Go(); } catch (IOException) { Stop(); }")),
        (InCore, InMethod("var todo = 1; // to do or not to do")),
        (InTests, InMethod("var random = new Random(7); var text = \"Thread.Sleep\";")),
        ("Grains/Dispatch/Sample.cs", "class Sample { async Task Go() { await Task.Delay(10); lock (gate) { } } }"),
    ];

    public static TheoryData<int> BadOnes => [.. Enumerable.Range(0, Bad.Count)];

    private static string InMethod(string body) => "class Sample { void Go() {\n" + body + "\n} }";

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("// line\n", count));
}
