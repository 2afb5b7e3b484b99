using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using TimeMachine.Api;
using TimeMachine.Api.Hosting;

const string defaultAddress = "http://127.0.0.1:8000";

var builder = WebApplication.CreateBuilder(args);
var api = new ApiOptions();
builder.Configuration.GetSection(ApiOptions.Section).Bind(api);
var cluster = new ClusterClientOptions();
builder.Configuration.GetSection(ClusterClientOptions.Section).Bind(cluster);
var addresses = ListenAddresses.Of(builder.Configuration, defaultAddress);
if ((api.FindProblem(addresses) ?? cluster.FindProblem()) is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

if (addresses is [defaultAddress])
{
    builder.WebHost.UseUrls(defaultAddress);
}

// The process answers probes while it looks for the cluster.
builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
builder.Services.AddTimeMachineApi(api);
builder.UseOrleansClient(client => client
    .UseStaticClustering(cluster.Endpoints)
    .Configure<ClusterOptions>(options =>
    {
        options.ClusterId = cluster.ClusterId;
        options.ServiceId = cluster.ServiceId;
    })
    .UseConnectionRetryFilter(async (_, stopping) =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(cluster.ConnectRetryMs), stopping);
        return !stopping.IsCancellationRequested;
    }));

var app = builder.Build();
app.MapTimeMachine();
await app.RunAsync();
return 0;
