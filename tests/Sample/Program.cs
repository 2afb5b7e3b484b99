using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using TimeMachine.Sample;

// What a .NET service does to reach a cluster. Its own host is where the client belongs.
if (args is not [var gateway, var webhookUrl] || !IPEndPoint.TryParse(gateway, out var endpoint))
{
    await Console.Error.WriteLineAsync(
        "dotnet run --project tests/Sample -- 127.0.0.1:30001 http://127.0.0.1:9000/hook");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.UseOrleansClient(client => client
    .UseStaticClustering(endpoint)
    .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("time-machine", "timemachine")));
using var host = builder.Build();
await host.StartAsync();
await Payments.RunAsync(host.Services.GetRequiredService<IClusterClient>(), webhookUrl, Console.Out);
await host.StopAsync();
return 0;
