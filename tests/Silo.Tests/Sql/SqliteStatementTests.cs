using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

public sealed class SqliteStatementTests : StatementTests, IDisposable
{
    private readonly SqliteFile _file = new();

    private protected override SqlDatabase Database => _file.Database;

    public void Dispose() => _file.Dispose();

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
}
