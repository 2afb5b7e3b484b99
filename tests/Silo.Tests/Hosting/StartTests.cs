using System.Net.Sockets;
using Npgsql;
using TimeMachine.Grains.Cluster;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

public sealed class StartTests
{
    private readonly InstantTime _time = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task A_start_waits_for_the_database_longer_each_time_up_to_five_seconds()
    {
        var tries = 0;

        var found = await SiloProcess.StartAsync(
            _ => ++tries <= 6 ? throw Away() : Task.FromResult("started"), _time, Tell, CancellationToken.None);

        Assert.Equal("started", found);
        Assert.Equal([0.5, 1, 2, 4, 5, 5], _time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal("1: 0.5 s, no", _told[0]);
        Assert.Equal(6, _told.Count);
    }

    [Fact]
    public async Task A_start_that_fails_for_another_reason_ends_at_once()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => SiloProcess.StartAsync<string>(
            _ => throw new InvalidOperationException("broken"), _time, Tell, CancellationToken.None));

        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_start_that_waits_is_given_up_when_the_process_is_told_to_stop()
    {
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SiloProcess.StartAsync<string>(
            _ => throw Away(),
            TimeProvider.System,
            (attempt, pause, error) =>
            {
                Tell(attempt, pause, error);
                stop.Cancel();
            },
            stop.Token));

        Assert.Single(_told);
    }

    [Fact]
    public void Every_problem_has_a_status_of_its_own()
    {
        var statuses = Enum.GetValues<NodeStartProblem>().Select(SiloProcess.StatusOf)
            .Concat([SiloProcess.Stopped, SiloProcess.BadConfiguration]).Order();

        Assert.Equal([0, 1, 2, 3, 4, 5], statuses);
    }

    private static NpgsqlException Away() =>
        new("outer", new SocketException((int)SocketError.ConnectionRefused, "no"));

    private void Tell(int attempt, TimeSpan pause, Exception error) =>
        _told.Add(FormattableString.Invariant(
            $"{attempt}: {pause.TotalSeconds} s, {error.GetBaseException().Message}"));
}
