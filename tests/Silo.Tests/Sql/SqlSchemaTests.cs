using System.Globalization;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

public sealed class SqlSchemaTests : IDisposable
{
    private readonly SqliteFile _file = new();

    private SqlClient Client => new(_file.Database);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Racing_starts_create_the_schema_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => EnsureAsync()));

        Assert.Equal(
            [SqlSchema.Version.ToString(CultureInfo.InvariantCulture)],
            await Client.ReadAsync("SELECT Version FROM TimeMachineSchema"));
        Assert.Equal(["14"], await Client.ReadAsync("SELECT count(*) FROM OrleansQuery"));
    }

    [Fact]
    public async Task A_schema_of_this_version_is_left_as_it_is()
    {
        await EnsureAsync();
        await Client.ReadAsync("UPDATE OrleansQuery SET QueryText = 'mine' WHERE QueryKey = 'GatewaysQueryKey'");

        await EnsureAsync();

        Assert.Equal(["1"], await Client.ReadAsync("SELECT count(*) FROM OrleansQuery WHERE QueryText = 'mine'"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_left_as_it_is()
    {
        await EnsureAsync();
        await Client.ReadAsync("UPDATE TimeMachineSchema SET Version = 99; DELETE FROM OrleansQuery");

        await EnsureAsync();

        Assert.Equal(["99"], await Client.ReadAsync("SELECT Version FROM TimeMachineSchema"));
        Assert.Equal(["0"], await Client.ReadAsync("SELECT count(*) FROM OrleansQuery"));
    }

    [Fact]
    public async Task A_schema_of_an_older_version_gets_the_new_statements_and_keeps_its_rows()
    {
        await EnsureAsync();
        await Client.CallAsync("InsertMembershipVersionKey", ("DeploymentId", "kept"));
        await Client.ReadAsync("UPDATE TimeMachineSchema SET Version = 0; DELETE FROM OrleansQuery");

        await EnsureAsync();

        Assert.Equal(["14"], await Client.ReadAsync("SELECT count(*) FROM OrleansQuery"));
        Assert.Equal(["kept"], await Client.ReadAsync("SELECT DeploymentId FROM OrleansMembershipVersionTable"));
    }

    private Task EnsureAsync() => _file.Database.EnsureSchemaAsync(TestContext.Current.CancellationToken);
}
