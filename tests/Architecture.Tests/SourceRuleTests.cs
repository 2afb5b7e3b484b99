namespace TimeMachine.Architecture.Tests;

public sealed class SourceRuleTests
{
    public static TheoryData<string> Rules => [.. SourceRules.All.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_repository_keeps_the_rule(string rule)
    {
        var findings = SourceFile.All.SelectMany(SourceRules.All[rule]).ToList();

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_sample_that_breaks_it(string rule)
    {
        Assert.Contains(SourceSamples.Bad, sample => sample.Rule == rule);
    }

    [Theory]
    [MemberData(nameof(SourceSamples.BadOnes), MemberType = typeof(SourceSamples))]
    public void A_sample_that_breaks_a_rule_is_found(int sample)
    {
        var (rule, path, text) = SourceSamples.Bad[sample];

        Assert.NotEmpty(SourceRules.All[rule](SourceFile.Parse(path, text)));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_good_sample_is_not_found(string rule)
    {
        Assert.All(
            SourceSamples.Good,
            sample => Assert.Empty(SourceRules.All[rule](SourceFile.Parse(sample.Path, sample.Text))));
    }

    [Fact]
    public void The_repository_is_really_read()
    {
        Assert.Contains(SourceFile.All, file => file.Path == "Grains/Core/Primitives/Invariant.cs");
        Assert.Contains(SourceFile.All, file => file.Path == "tests/Architecture.Tests/SourceRuleTests.cs");
    }
}
