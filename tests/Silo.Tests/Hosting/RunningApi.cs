using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TimeMachine.Api.Hosting;
using TimeMachine.Api.Tls;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>The separate REST process's whole life, in this process.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Task<int> _run;

    /// <summary>Starts it on a port that nobody had a moment ago.</summary>
    /// <param name="place">Where the port comes from.</param>
    /// <param name="database">The cluster's SQLite file.</param>
    /// <param name="tls">What it shows; null for a process that knows nothing of TLS.</param>
    public RunningApi(NodePlace place, string database, TlsSettings? tls)
    {
        string[] args =
        [
            $"--urls={place.Url}", $"--TimeMachine:Sql:ConnectionString=Data Source={database}",
            "--Logging:Console:LogLevel:Default=None", "--Logging:LogLevel:Orleans=None",
            .. tls is null ? [] : new[]
            {
                $"--TimeMachine:Tls:CertificateFile={tls.CertificateFile}", $"--TimeMachine:Tls:KeyFile={tls.KeyFile}",
                $"--TimeMachine:Tls:AuthorityFile={tls.AuthorityFile}",
            },
        ];
        _app = ApiProcess.TryBuild(args, out var problem) ?? throw new ArgumentException(problem, nameof(tls));
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
        Probe = new HttpProbe(place.Url);
        _run = ApiProcess.RunAsync(_app);
    }

    public AwaitedLines Log { get; } = new();

    public HttpProbe Probe { get; }

    /// <summary>Waits until it is ready.</summary>
    public Task WaitUntilReadyAsync() => Probe.WaitForAsync("/readyz", () => _run.IsCompleted);

    /// <summary>Tells it to stop.</summary>
    /// <returns>Its exit status.</returns>
    public Task<int> StopAsync()
    {
        // What has run to its end is disposed.
        if (!_run.IsCompleted)
        {
            _app.Lifetime.StopApplication();
        }

        return _run.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        Probe.Dispose();
    }
}
