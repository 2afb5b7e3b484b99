using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TimeMachine.Api.Hosting;

/// <summary>The REST interface as a process of its own, without state: a client of the cluster.</summary>
internal static class ApiProcess
{
    /// <summary>The exit status of a process that was told to stop.</summary>
    public const int Stopped = 0;

    /// <summary>The exit status of a process that failed: it may be started again.</summary>
    public const int Failed = 1;

    /// <summary>The exit status of a process whose settings are refused: it is of no use to start it again.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Where it listens if nothing says otherwise.</summary>
    public const string DefaultAddress = "http://127.0.0.1:8000";

    /// <summary>The variable that names the cluster's file of settings, if the command line does not.</summary>
    public const string FileVariable = "TIMEMACHINE_CONFIG";

    /// <summary>Builds it.</summary>
    /// <param name="args">The command line: <c>--config FILE</c>, and any <c>--Section:Key=value</c>.</param>
    /// <param name="problem">The setting that is refused, and why.</param>
    /// <returns>Null if a setting is refused.</returns>
    public static WebApplication? TryBuild(string[] args, out string? problem)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(args);
            AddDefaults(builder.Configuration, args);
            var api = new ApiOptions();
            builder.Configuration.GetSection(ApiOptions.Section)
                .Bind(api, binding => binding.ErrorOnUnknownConfiguration = true);
            var cluster = new ClusterClientOptions(builder.Configuration);
            var addresses = ListenAddresses.Of(builder.Configuration, DefaultAddress);
            problem = api.FindProblem(addresses) ?? cluster.FindProblem();
            return problem is null ? Build(builder, api, cluster, addresses) : null;
        }
        // A file that cannot be read, and values that are of another kind than their setting.
        catch (Exception found) when (found is IOException or InvalidDataException or InvalidOperationException
            or FormatException or UnauthorizedAccessException)
        {
            problem = found.Message;
            return null;
        }
    }

    /// <summary>Runs it until it is told to stop.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It was told so while it looked for the cluster.
            return Stopped;
        }
        catch (AggregateException error) when (error.InnerExceptions.OfType<IOException>().Any())
        {
            // It cannot listen, and the host has logged why.
            return Failed;
        }

        return Stopped;
    }

    /// <summary>Adds what all else goes before: which lines of libraries are logged, then the cluster's file, then a
    /// node's variables.</summary>
    private static void AddDefaults(ConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = NodeVariables.Read(Environment.GetEnvironmentVariables()),
        });
        AddFile(configuration, args);
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                ["Logging:LogLevel:Orleans"] = "Warning",
                // Every try to connect, with a stack: the search says it shorter.
                ["Logging:LogLevel:Orleans.Runtime.Messaging.ConnectionManager"] = "Error",
            },
        });
    }

    private static void AddFile(ConfigurationManager configuration, string[] args)
    {
        var named = new ConfigurationBuilder().AddCommandLine(args).Build()["config"];
        if ((named ?? Environment.GetEnvironmentVariable(FileVariable)) is not { Length: > 0 } path)
        {
            return;
        }

        var source = new JsonConfigurationSource { Path = Path.GetFullPath(path), Optional = false };
        source.ResolveFileProvider();
        configuration.Sources.Insert(0, source);
    }

    private static WebApplication Build(
        WebApplicationBuilder builder, ApiOptions api, ClusterClientOptions cluster, IReadOnlyList<string> addresses)
    {
        if (addresses is [DefaultAddress])
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        // The process answers probes while it looks for the cluster.
        builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
        EndingServer.Wrap(builder.Services);
        builder.Services.AddSingleton<MetricsFace>();
        builder.Services.AddTimeMachineApi(api);
        builder.UseOrleansClient(cluster.Apply);
        var app = builder.Build();
        app.MapTimeMachine();
        app.Services.GetRequiredService<MetricsFace>().Map(app);
        return app;
    }
}
