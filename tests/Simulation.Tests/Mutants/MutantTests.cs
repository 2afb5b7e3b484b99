using TimeMachine.Simulation.Mutants;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Tests.Mutants;

public sealed class MutantTests
{
    private static readonly CoreSources Tiny = new(
        "Tiny",
        new Dictionary<string, string>
        {
            ["A/Sum.cs"] = "namespace Tiny; public static class Sum { public static int Of(int a, int b) => a + b; }",
            ["B/Twice.cs"] =
                "namespace Tiny; public static class Twice { public static int Of(int a) => Sum.Of(a, a); }",
        },
        ["System"],
        []);

    [Fact]
    public void A_patch_that_applies_once_changes_what_the_compiled_source_does()
    {
        var compiler = new MutantCompiler(Tiny);

        var unpatched = compiler.Compile(out _);
        var mutated = compiler.Compile(new Mutant("minus", "Sum.cs", "a + b", "a - b"), out var error);

        Assert.Equal("", error);
        Assert.Equal(10, TwiceOfFive(unpatched));
        Assert.Equal(0, TwiceOfFive(mutated));
    }

    [Theory]
    [InlineData("Sum.cs", "a * b", "a - b", "nowhere")]
    [InlineData("Sum.cs", "a", "b", "more than once")]
    [InlineData("Product.cs", "a", "b", "0 files")]
    [InlineData("Sum.cs", "a + b", "a + b", "the new text is the old text")]
    [InlineData("Sum.cs", "a + b", "a + c", "CS0103")]
    public void A_patch_that_does_not_apply_once_or_does_not_compile_is_an_error(
        string file, string oldText, string newText, string expected)
    {
        var mutant = new Mutant("bad", file, oldText, newText);
        var compiler = new MutantCompiler(Tiny);

        Assert.Null(compiler.Compile(mutant, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mutant_of_the_table_applies_and_compiles()
    {
        var compiler = new MutantCompiler(CoreSources.Load());

        Assert.All(MutantTable.All, mutant => Assert.Equal("", compiler.Verify(mutant)));
        Assert.Equal(MutantTable.All.Count, MutantTable.All.Select(mutant => mutant.Name).Distinct().Count());
    }

    [Fact]
    public void The_unpatched_core_compiled_like_a_mutant_runs_clean()
    {
        var result = ARunner().RunUnpatched(1, 2);

        Assert.Equal("", result.Text);
        Assert.False(result.IsCaught);
        Assert.Equal(2, result.SeedsRun);
    }

    [Fact]
    public void A_mutant_of_core_is_caught_by_ordinary_seeds_and_a_harmless_one_is_missed()
    {
        var harmful = new Mutant("draws-beyond", "SplitMix64.cs", "(ulong)bound) >> 64);", "(ulong)bound) >> 64) + 1;");
        var harmless = new Mutant("other-draws", "SplitMix64.cs", "0x9E3779B97F4A7C15UL", "0x9E3779B97F4A7C17UL");

        var results = ARunner().RunAll([harmful, harmless], 1, 2, 2);

        Assert.True(results[0].IsCaught);
        Assert.Equal("exception", results[0].Checker);
        Assert.False(results[1].IsCaught);
        Assert.Equal(2, results[1].SeedsRun);
        Assert.StartsWith("FAILED: 1 of 2", MutantReport.Lines(results, 2, 0).Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vote-before-sync", "vote-before-sync")]
    [InlineData("later-batches-counted-as-synced", "persisted-early")]
    [InlineData("lost-wake-up", "wheel-missed")]
    [InlineData("claim-skipped", "send-without-claim")]
    [InlineData("answered-before-commit", "acknowledged-unapplied")]
    public void A_mutant_that_many_seeds_see_is_seen_by_the_first(string name, string rule)
    {
        var mutant = MutantTable.All.Single(candidate => candidate.Name == name);

        var result = new MutantRunner(CoreSources.Load(), typeof(Setups), _ => { }).Run(mutant, 1, 3);

        Assert.True(result.IsCaught, MutantReport.Line(result));
        Assert.Equal(rule, result.Checker);
    }

    [Fact]
    public void A_mutant_that_changes_nothing_is_missed_by_the_seeds_that_judge_the_others()
    {
        var mutant = new Mutant(
            "nothing", "SplitMix64.cs", "(ulong)bound) >> 64);", "(ulong)bound) >> (2 * 32));");

        var result = new MutantRunner(CoreSources.Load(), typeof(Setups), _ => { }).Run(mutant, 1, 3);

        Assert.Equal("", result.Text);
        Assert.Equal(MutantVerdict.Missed, result.Verdict);
        Assert.Equal(3, result.SeedsRun);
    }

    [Fact]
    public void A_mutant_that_another_rule_sees_first_is_not_caught()
    {
        var mutant = new Mutant("draws-beyond", "SplitMix64.cs", "(ulong)bound) >> 64);", "(ulong)bound) >> 64) + 1;")
        {
            Rule = "wheel-missed",
        };

        var result = ARunner().Run(mutant, 1, 2);

        Assert.Equal(MutantVerdict.SeenByAnotherRule, result.Verdict);
        Assert.Contains("exception, NOT wheel-missed", MutantReport.Line(result), StringComparison.Ordinal);
    }

    private static MutantRunner ARunner() => new(CoreSources.Load(), typeof(ToySetups), _ => { });

    private static int TwiceOfFive(byte[]? image)
    {
        var context = new System.Runtime.Loader.AssemblyLoadContext("tiny", isCollectible: true);
        var assembly = context.LoadFromStream(new MemoryStream(Assert.IsType<byte[]>(image)));
        var twice = assembly.GetType("Tiny.Twice")!.GetMethod("Of")!;
        var result = (int)twice.Invoke(null, [5])!;
        context.Unload();
        return result;
    }
}
