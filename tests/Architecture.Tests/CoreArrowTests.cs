using Microsoft.CodeAnalysis;

namespace TimeMachine.Architecture.Tests;

public sealed class CoreArrowTests
{
    private const string Term = "namespace TimeMachine.Core.Primitives; public record struct Term(long Value);";
    private const string Vote =
        "namespace TimeMachine.Core.Raft; public static class Vote { public static int Count; }";

    [Fact]
    public void Core_compiles_in_memory_so_that_every_name_has_a_meaning()
    {
        var found = CoreCompilation.Real.GetDiagnostics(TestContext.Current.CancellationToken);

        Assert.Empty(found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
    }

    [Fact]
    public void The_folders_of_Core_know_only_what_they_may()
    {
        var findings = CoreArrows.Findings(CoreCompilation.Real).ToList();

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Theory]
    [InlineData("using TimeMachine.Core.Raft; namespace TimeMachine.Core.Log; class A { int B = Vote.Count; }")]
    [InlineData("namespace TimeMachine.Core.Log; class A { int B = Raft.Vote.Count; }")]
    [InlineData("namespace TimeMachine.Core.Log; class A { int B = global::TimeMachine.Core.Raft.Vote.Count; }")]
    [InlineData("using V = TimeMachine.Core.Raft.Vote; namespace TimeMachine.Core.Log; class A { int B = V.Count; }")]
    [InlineData("using static TimeMachine.Core.Raft.Vote; namespace TimeMachine.Core.Log; class A { int B = Count; }")]
    public void A_forbidden_use_is_found_however_it_is_written(string text)
    {
        Assert.Equal(["Grains/Core/Log/A.cs: Log uses Raft"], Findings("Grains/Core/Log/A.cs", text));
    }

    [Fact]
    public void Nothing_below_Engine_and_Node_may_use_them()
    {
        string[] folders = [.. CoreArrows.Allowed.Keys];

        Assert.All(folders, folder => Assert.DoesNotContain("Engine", CoreArrows.Allowed[folder]));
        Assert.All(folders, folder => Assert.DoesNotContain("Node", CoreArrows.Allowed[folder]));
    }

    [Fact]
    public void An_allowed_use_is_not_found()
    {
        Assert.Empty(Findings(
            "Grains/Core/Engine/A.cs", "namespace TimeMachine.Core.Engine; class A { int B = Raft.Vote.Count; }"));
        Assert.Empty(Findings(
            "Grains/Core/Log/A.cs", "namespace TimeMachine.Core.Log; class A { Term B; }"));
    }

    [Fact]
    public void A_new_folder_must_say_what_it_may_know()
    {
        Assert.Equal(
            ["Grains/Core/Novelty/A.cs: Novelty has no arrows"],
            Findings("Grains/Core/Novelty/A.cs", "namespace TimeMachine.Core.Novelty; class A { }"));
    }

    [Fact]
    public void Every_file_of_Core_is_in_the_namespace_of_its_folder()
    {
        var strangers = SourceFile.All.Where(file => file.IsUnder("Grains/Core"))
            .Where(file => !file.Text.Contains(
                $"namespace TimeMachine.Core.{file.Path.Split('/')[2]};", StringComparison.Ordinal))
            .Select(file => file.Path);

        Assert.Empty(strangers);
    }

    private static IEnumerable<string> Findings(string path, string text) => CoreArrows.Findings(CoreCompilation.Of(
        [("Grains/Core/Primitives/Term.cs", Term), ("Grains/Core/Raft/Vote.cs", Vote), (path, text)]));
}
