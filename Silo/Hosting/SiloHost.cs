using System.Net;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Hosting;

/// <summary>Builds the one host of a node: Orleans, the node itself, and what is served over HTTP.</summary>
internal static class SiloHost
{
    // Leaders are handed over within 10 s; the rest is for Orleans and open requests.
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(40);

    /// <summary>Builds it. Nothing is read but the settings: no file beside the program, no variable.</summary>
    public static WebApplication Build(SiloSettings settings, SqlDatabase sql)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "TimeMachine" });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopMax);
        AddLogging(builder.Logging, settings.Console);
        AddSettings(builder.Services, settings);
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
            silo.AddTimeMachineNode(settings.Node, settings.Webhooks);
        });
        if (settings.Api.Enabled)
        {
            RestFace.AddServices(builder, settings.Api);
        }

        var app = builder.Build();
        Map(app, settings);
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
    }

    private static void Stamp(ConsoleFormatterOptions console, string format)
    {
        console.UseUtcTimestamp = true;
        console.TimestampFormat = format;
    }

    private static LogLevel LevelOf(string name) => Enum.Parse<LogLevel>(name, ignoreCase: true);

    // Each section as it was checked, for whoever asks for it, directly or as options.
    private static void AddSettings(IServiceCollection services, SiloSettings settings)
    {
        Add(services, settings);
        Add(services, settings.Node);
        Add(services, settings.Webhooks);
        Add(services, settings.Log);
        Add(services, settings.Checkpoints);
        Add(services, settings.JobStore);
    }

    private static void Add<T>(IServiceCollection services, T section)
        where T : class
    {
        services.AddSingleton(section);
        services.AddSingleton(Options.Create(section));
    }

    private static void Map(WebApplication app, SiloSettings settings)
    {
        HealthFace.Map(app, settings);
        app.Services.GetRequiredService<MetricsFace>().Map(app);
        if (settings.Api.Enabled)
        {
            RestFace.Map(app, settings.Api);
        }
    }
}
