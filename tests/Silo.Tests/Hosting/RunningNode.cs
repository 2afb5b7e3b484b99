using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>A node's whole life, in this process.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _run;

    public RunningNode(NodePlace place, params string[] more)
    {
        var settings = SettingsReader.Read(place.Args(more), new Dictionary<string, string>());
        Probe = new HttpProbe(place.Url);
        _run = Task.Run(() => new SiloProcess(settings, Log, TimeProvider.System).RunAsync(_stop));
    }

    public LoggedLines Log { get; } = new();

    public HttpProbe Probe { get; }

    /// <summary>Waits until it is ready.</summary>
    public Task WaitUntilReadyAsync() => Probe.WaitForAsync("/readyz", () => _run.IsCompleted);

    /// <summary>Its exit status, when it ends by itself.</summary>
    public Task<int> StatusAsync() => _run.WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Tells it to stop.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await StatusAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Probe.Dispose();
        _stop.Dispose();
    }
}
