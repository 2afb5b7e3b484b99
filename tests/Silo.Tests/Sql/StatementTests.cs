using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>What Orleans relies on: a change of the members needs the version that its maker saw, and so does a change
/// of a grain's state.</summary>
public abstract class StatementTests
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    // No other test's, also of an earlier run on the same server.
    private readonly string _cluster = $"test-{Guid.CreateVersion7()}";

    private protected abstract SqlDatabase Database { get; }

    private SqlClient Client => new(Database);

    private protected async Task A_member_joins_only_by_the_version_that_it_saw_Async()
    {
        await Database.EnsureSchemaAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["1"], await Client.CallAsync("InsertMembershipVersionKey", Cluster));
        Assert.Equal(["0"], await Client.CallAsync("InsertMembershipVersionKey", Cluster));
        Assert.Equal(["1"], await InsertAsync(port: 1, version: 0));
        Assert.Equal(["0"], await InsertAsync(port: 2, version: 0));
        Assert.Equal(["0"], await InsertAsync(port: 1, version: 1));
        Assert.Equal(["1"], await InsertAsync(port: 2, version: 1));
        Assert.Equal(2, (await Client.CallAsync("MembershipReadAllKey", Cluster)).Count);
        Assert.Equal("2", await VersionAsync());
    }

    private protected async Task A_member_changes_only_by_the_version_that_it_saw_Async()
    {
        await Database.EnsureSchemaAsync(TestContext.Current.CancellationToken);
        await Client.CallAsync("InsertMembershipVersionKey", Cluster);
        await InsertAsync(port: 1, version: 0);

        Assert.Equal(["0"], await UpdateAsync(port: 1, version: 0, status: 3));
        Assert.Equal(["0"], await UpdateAsync(port: 9, version: 1, status: 3));
        Assert.Equal(["1"], await UpdateAsync(port: 1, version: 1, status: 3));
        Assert.Equal("2", await VersionAsync());
        Assert.Equal(["127.0.0.1"], await Client.CallAsync("GatewaysQueryKey", Cluster, ("Status", 3)));
        Assert.Empty(await Client.CallAsync("GatewaysQueryKey", Cluster, ("Status", 6)));
    }

    private protected async Task Only_what_is_dead_and_old_is_swept_away_Async()
    {
        await Database.EnsureSchemaAsync(TestContext.Current.CancellationToken);
        await Client.CallAsync("InsertMembershipVersionKey", Cluster);
        await InsertAsync(port: 1, version: 0);
        await InsertAsync(port: 2, version: 1);
        await UpdateAsync(port: 2, version: 2, status: 6);

        await Client.CallAsync("CleanupDefunctSiloEntriesKey", Cluster, ("IAmAliveTime", Start));
        Assert.Equal(2, (await Client.CallAsync("MembershipReadAllKey", Cluster)).Count);
        await Client.CallAsync("CleanupDefunctSiloEntriesKey", Cluster, ("IAmAliveTime", Start.AddHours(1)));

        Assert.Equal("1", Assert.Single(await MembersAsync()));
    }

    private protected async Task A_grains_state_changes_only_by_the_version_that_its_writer_saw_Async()
    {
        await Database.EnsureSchemaAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["4"], await WriteAsync("a", version: 4));
        Assert.Empty(await ReadAsync("a"));
        Assert.Equal(["1"], await WriteAsync("a", version: null));
        Assert.Equal([null], await WriteAsync("a", version: null));
        Assert.Equal(["2"], await WriteAsync("a", version: 1));
        Assert.Equal(["1"], await WriteAsync("a", version: 1));
        Assert.Equal(["1"], await WriteAsync("b", version: null));
        Assert.Equal(["1"], await WriteAsync(extension: null, version: null));
        Assert.Equal(["1"], await StateAsync("ClearStorageKey", "a", version: 1));
        Assert.Equal(["3"], await StateAsync("ClearStorageKey", "a", version: 2));
        Assert.Equal([null], await ReadAsync("a"));
        Assert.Equal(["2"], await StateAsync("DeleteStorageKey", "a", version: 2));
        Assert.Equal(["4"], await StateAsync("DeleteStorageKey", "a", version: 3));
        Assert.Empty(await ReadAsync("a"));
        Assert.Single(await ReadAsync("b"));
        Assert.Single(await ReadAsync(extension: null));
    }

    private (string Name, object? Value) Cluster => ("DeploymentId", _cluster);

    private Task<List<string?>> InsertAsync(int port, int version) => Client.CallAsync(
        "InsertMembershipKey",
        Cluster,
        ("Address", "127.0.0.1"),
        ("Port", port),
        ("Generation", 7),
        ("Version", version),
        ("SiloName", $"node{port}"),
        ("HostName", "here"),
        ("Status", 1),
        ("ProxyPort", 30_000 + port),
        ("StartTime", Start),
        ("IAmAliveTime", Start));

    private Task<List<string?>> UpdateAsync(int port, int version, int status) => Client.CallAsync(
        "UpdateMembershipKey",
        Cluster,
        ("Address", "127.0.0.1"),
        ("Port", port),
        ("Generation", 7),
        ("Version", version),
        ("Status", status),
        ("SuspectTimes", null),
        ("IAmAliveTime", Start));

    private async Task<string?> VersionAsync() => Assert.Single(await Client.ReadAsync(
        "SELECT Version FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId", Cluster));

    private Task<List<string?>> MembersAsync() => Client.ReadAsync(
        "SELECT Port FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId", Cluster);

    private Task<List<string?>> WriteAsync(string? extension, int? version) => Client.CallAsync(
        "WriteToStorageKey",
        [.. Grain(extension), ("GrainStateVersion", version), ("PayloadBinary", new byte[] { 1 })]);

    private Task<List<string?>> StateAsync(string key, string? extension, int? version) =>
        Client.CallAsync(key, [.. Grain(extension), ("GrainStateVersion", version)]);

    private Task<List<string?>> ReadAsync(string? extension) =>
        Client.CallAsync("ReadFromStorageKey", Grain(extension));

    private (string Name, object? Value)[] Grain(string? extension) =>
    [
        ("ServiceId", _cluster), ("GrainTypeString", "plan"), ("GrainIdN0", 0L), ("GrainIdN1", 1L),
        ("GrainIdExtensionString", extension),
    ];
}
