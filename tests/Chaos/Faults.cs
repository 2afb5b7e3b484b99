using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace TimeMachine.Chaos;

/// <summary>What is done to a cluster under load. Each says what it saw.</summary>
internal sealed class Faults(ChaosOptions options, ChaosCluster cluster, Ledger ledger)
{
    private const int CatchUpMsMax = 10_000;
    private readonly List<string> _broken = [];

    /// <summary>When nodes ended without warning, in ms since 1970.</summary>
    public List<long> Times { get; } = [];

    /// <summary>What did not hold.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>The runs by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Faults, Task<string>>> All =
        new Dictionary<string, Func<Faults, Task<string>>>(StringComparer.Ordinal)
        {
            ["none"] = static faults => Task.FromResult("nothing is done"),
            ["kill"] = static faults => faults.KillAsync(),
            ["rolling"] = static faults => faults.RollAsync(),
            ["sql"] = static faults => faults.LoseSqlAsync(),
            ["join"] = static faults => faults.JoinAndRemoveAsync(),
            ["all"] = static faults => faults.KillAllAsync(),
        };

    /// <summary>Kills the node with most leaders; its supervisor starts it again.</summary>
    private async Task<string> KillAsync()
    {
        var node = await cluster.MostLeadersAsync();
        var restarts = node.Restarts;
        Kill(node);
        var watch = Stopwatch.StartNew();
        await ChaosCluster.WaitRestartedAsync(node, restarts);
        var restarted = watch.ElapsedMilliseconds;
        await cluster.WaitReadyAsync(node);
        await cluster.WaitCaughtUpAsync(node);
        var caughtUp = watch.ElapsedMilliseconds - restarted;
        Require(caughtUp <= CatchUpMsMax, "the killed node took too long to catch up");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Name} killed, started again after {restarted} ms, caught up after {caughtUp} ms more");
    }

    /// <summary>Restarts one node after the other, in good order.</summary>
    private async Task<string> RollAsync()
    {
        var watch = Stopwatch.StartNew();
        foreach (var node in cluster.Nodes.ToList())
        {
            await node.RestartAsync();
            await cluster.WaitReadyAsync(node);
            await cluster.WaitCaughtUpAsync(node);
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"all nodes restarted within {watch.Elapsed.TotalSeconds:F1} s");
    }

    /// <summary>Takes the database away, and kills a node meanwhile.</summary>
    private async Task<string> LoseSqlAsync()
    {
        await StopSqlAsync(async () =>
        {
            var pause = TimeSpan.FromSeconds(options.SqlSeconds / 2.0);
            await Task.Delay(pause);
            Kill(await cluster.MostLeadersAsync());
            await Task.Delay(pause);
        });
        await cluster.WaitReadyAsync();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the database was away for {options.SqlSeconds} s, a node was killed meanwhile; all ready again");
    }

    /// <summary>Takes a node into the cluster, and another one out of it.</summary>
    private async Task<string> JoinAndRemoveAsync()
    {
        var watch = Stopwatch.StartNew();
        var joining = cluster.Add(joinsByItself: true);
        await cluster.WaitAsync($"replicas and leaders on {joining.Name}", view =>
            view.Find(joining.Name) is { LeaderCount: > 0, ReplicaCount: > 0 });
        var joined = watch.Elapsed;
        var leaving = cluster.Nodes[0];
        await cluster.Rest.ReadAsync(
            HttpMethod.Post, "/cluster/remove", new JsonObject { ["node_id"] = leaving.Name });
        await cluster.WaitAsync($"an empty {leaving.Name}", view =>
            view.Find(leaving.Name) is null or { IsPlanned: false, ReplicaCount: 0 });
        var left = watch.Elapsed - joined;
        await cluster.RemoveAsync(leaving);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{joining.Name} had its share after {joined.TotalSeconds:F1} s, {leaving.Name} was empty after "
            + $"{left.TotalSeconds:F1} s more");
    }

    /// <summary>Kills all nodes at once.</summary>
    private async Task<string> KillAllAsync()
    {
        foreach (var node in cluster.Nodes)
        {
            Kill(node);
        }

        var watch = Stopwatch.StartNew();
        await Task.Delay(100);
        await cluster.WaitReadyAsync();
        return string.Create(
            CultureInfo.InvariantCulture, $"all killed at once, all ready after {watch.Elapsed.TotalSeconds:F1} s");
    }

    private void Kill(NodeProcess node)
    {
        Times.Add(ledger.NowMs);
        node.Kill();
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            _broken.Add(what);
        }
    }

    private async Task StopSqlAsync(Func<Task> meanwhile)
    {
        if (options.Postgres is not null)
        {
            await ShellAsync(options.SqlStop!);
            await meanwhile();
            await ShellAsync(options.SqlStart!);
            return;
        }

        // A file cannot be stopped; nobody else can write it while it is locked.
        await using var sql = new SqliteConnection($"Data Source={cluster.SqlFile};Pooling=False");
        await sql.OpenAsync();
        await using var transaction = sql.BeginTransaction(deferred: false);
        await meanwhile();
        await transaction.RollbackAsync();
    }

    private static async Task ShellAsync(string command)
    {
        using var process = Process.Start("/bin/sh", ["-c", command]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{command}' ended with status {process.ExitCode}");
        }
    }
}
