using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>What is measured of requests.</summary>
public sealed class MeterTests
{
    [Fact]
    public async Task Requests_are_counted_by_operation_and_status_and_by_no_name_of_a_client()
    {
        await using var host = await ApiHost.StartAsync();
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ApiMeter.Name && instrument.Meter.Scope == host.Meters)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            counted.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();

        await host.PutJobAsync("secret-name");
        await host.SendAsync("GET", ApiHost.Collection + "/none");
        await host.SendAsync("GET", "/secret-path");
        await host.SendAsync("GET", "/%ff");
        await host.SendAsync("GET", "/livez");

        Assert.Equal(["putJob 201", "getJob 404", "none 404", "none 400", "live 200"], counted);
    }
}
