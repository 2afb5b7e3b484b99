using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>Built and run only where the variable TIME_MACHINE_TEST_POSTGRES names a database.</summary>
public sealed class PostgreSqlStatementTests : StatementTests
{
    private protected override SqlDatabase Database { get; } = new(new SqlSettings
    {
        Provider = SqlSettings.PostgreSql,
        ConnectionString = Environment.GetEnvironmentVariable("TIME_MACHINE_TEST_POSTGRES") ?? "",
    });

    [Fact]
    public Task A_member_joins_only_by_the_version_that_it_saw() =>
        A_member_joins_only_by_the_version_that_it_saw_Async();

    [Fact]
    public Task A_member_changes_only_by_the_version_that_it_saw() =>
        A_member_changes_only_by_the_version_that_it_saw_Async();

    [Fact]
    public Task Only_what_is_dead_and_old_is_swept_away() => Only_what_is_dead_and_old_is_swept_away_Async();

    [Fact]
    public Task A_grains_state_changes_only_by_the_version_that_its_writer_saw() =>
        A_grains_state_changes_only_by_the_version_that_its_writer_saw_Async();

    [Fact]
    public async Task Racing_starts_create_the_schema_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Database.EnsureSchemaAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(["1"], await new SqlClient(Database).ReadAsync("SELECT count(*) FROM TimeMachineSchema"));
    }
}
