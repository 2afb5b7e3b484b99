using System.Text.RegularExpressions;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>The script for PostgreSQL, as far as it can be checked without a server: it gives the same statements with
/// the same parameters as that for SQLite, which is run.</summary>
public sealed partial class SqlScriptTests
{
    private static readonly Dictionary<string, string> PostgreSql = StatementsOf(
        new SqlSettings { Provider = SqlSettings.PostgreSql, ConnectionString = "Host=nowhere" });

    private static readonly Dictionary<string, string> Sqlite = StatementsOf(
        new SqlSettings { ConnectionString = $"Data Source={Path.Combine(Path.GetTempPath(), "never-made.db")}" });

    public static TheoryData<string> Keys => [.. Sqlite.Keys];

    [Fact]
    public void Both_scripts_have_the_same_statements()
    {
        Assert.Equal(14, Sqlite.Count);
        Assert.Equal(Sqlite.Keys.Order(), PostgreSql.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_statement_has_the_same_parameters_in_both(string key)
    {
        Assert.Equal(ParametersOf(Sqlite[key]), ParametersOf(PostgreSql[key]));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void The_parentheses_of_a_statement_close(string key)
    {
        foreach (var text in new[] { Sqlite[key], PostgreSql[key] })
        {
            Assert.Equal(text.Count(sign => sign == '('), text.Count(sign => sign == ')'));
            Assert.EndsWith(";", text.TrimEnd(), StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, string> StatementsOf(SqlSettings settings) =>
        Statement().Matches(new SqlDatabase(settings).Script).ToDictionary(
            found => found.Groups["key"].Value, found => found.Groups["text"].Value);

    private static IEnumerable<string> ParametersOf(string text) =>
        Parameter().Matches(text).Select(found => found.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(
        @"^\('(?<key>\w+Key)', (?:'|\$query\$)(?<text>.*?)^(?:'|\$query\$)\)[,;]",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"@\w+")]
    private static partial Regex Parameter();
}
