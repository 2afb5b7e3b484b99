using System.Net;
using Microsoft.Extensions.Logging.Console;
using TimeMachine.Api.Hosting;
using TimeMachine.Grains.Cluster;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Hosting;

/// <summary>Builds the one host of a node: Orleans, the node itself, and what is served over HTTP.</summary>
internal static class SiloHost
{
    // Leaders are handed over within 10 s; the rest is for Orleans and open requests.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(40);

    /// <summary>Builds it. Nothing is read but the settings: no file beside the program, no variable.</summary>
    /// <param name="settings">The settings, checked.</param>
    /// <param name="sql">The database, with its schema.</param>
    /// <param name="cannotStart">Told if the node cannot open its disk; it is to end the process.</param>
    /// <exception cref="BadSettingsException">A file that settings name is not what it should be.</exception>
    public static WebApplication Build(
        SiloSettings settings, SqlDatabase sql, Action<NodeStartProblem, string> cannotStart)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "TimeMachine" });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopMax);
        AddLogging(builder.Logging, settings.Console);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Parse(settings.Listen.Address), settings.Listen.RestPort);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<MetricsFace>();
        Telemetry.Add(builder, settings);
        builder.Host.UseOrleans(silo =>
        {
            OrleansSetup.Add(silo, settings, sql);
            silo.AddTimeMachineNode(settings.NodeOptions with
            {
                RestAddress = settings.Api.Enabled ? settings.RestUrl : "",
                CannotStart = cannotStart,
            });
        });
        builder.Services.AddHostedService<HandoverFirst>();
        AddFaces(builder.Services, settings);
        var app = builder.Build();
        MapFaces(app, settings);
        return app;
    }

    /// <summary>Sets where log lines go and which.</summary>
    public static void AddLogging(ILoggingBuilder logging, ConsoleSettings settings)
    {
        if (settings.Format == "json")
        {
            logging.AddJsonConsole(console => Stamp(console, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                Stamp(console, "yyyy-MM-dd HH:mm:ss.fff ");
            });
        }

        logging.SetMinimumLevel(LevelOf(settings.LibraryLevel));
        logging.AddFilter("TimeMachine", LevelOf(settings.Level));

        // It tells of each failed start with all of the stack; the process says why in a line of its own.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // At each start it warns of a check that has not ended since the machine was booted.
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    }

    private static void Stamp(ConsoleFormatterOptions console, string format)
    {
        console.UseUtcTimestamp = true;
        console.TimestampFormat = format;
    }

    private static LogLevel LevelOf(string name) => Enum.Parse<LogLevel>(name, ignoreCase: true);

    private static void AddFaces(IServiceCollection services, SiloSettings settings)
    {
        if (settings.Api.Enabled)
        {
            RestFace.AddServices(services, settings.Api);
        }
        else
        {
            HealthFace.AddServices(services);
        }
    }

    private static void MapFaces(WebApplication app, SiloSettings settings)
    {
        app.Services.GetRequiredService<MetricsFace>().Map(app);
        if (settings.Api.Enabled)
        {
            RestFace.Map(app);
        }
        else
        {
            HealthFace.Map(app);
        }
    }
}
