using TimeMachine.Api.Hosting;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>The program itself, in a process of its own.</summary>
public sealed class ProcessTests
{
    private const string Dll = "TimeMachine.Silo.dll";

    [Fact]
    public async Task A_killed_node_starts_again_on_its_disk_and_a_signal_stops_it_in_good_order()
    {
        using var place = new NodePlace();
        using var probe = new HttpProbe(place.Url);
        using (var node = new ChildProcess(Dll, place.Args()))
        {
            await probe.WaitForAsync("/readyz", () => node.HasEnded);
            node.Kill();
            await node.StatusAsync();
        }

        using var again = new ChildProcess(Dll, place.Args("--Console:Level=information", "--Console:Format=json"));
        await probe.WaitForAsync("/readyz", () => again.HasEnded);
        await again.TerminateAsync();

        Assert.Equal(SiloProcess.Stopped, await again.StatusAsync());
        Assert.Contains("Node node1 has stopped with status 0", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_setting_ends_it_with_status_2_and_the_key_on_the_error_output()
    {
        using var node = new ChildProcess(Dll, ["--Listen:Address=0.0.0.0", "--Node:VNodes=0"]);

        Assert.Equal(SiloProcess.BadConfiguration, await node.StatusAsync());
        Assert.Contains("TimeMachine:Api:Keys", node.Output, StringComparison.Ordinal);
        Assert.Contains("TimeMachine:Node:VNodes '0' is refused", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_setting_ends_the_separate_REST_process_too_by_whatever_way_it_came()
    {
        var variables = new Dictionary<string, string>
        {
            ["TIMEMACHINE_CLIENT__GATEWAYS__0"] = "127.0.0.1:1",
            ["TIMEMACHINE_TLS__KEYFILE"] = "/none.key",
        };
        using var api = new ChildProcess(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "TimeMachine.Api.dll")], variables);

        Assert.Equal(ApiProcess.BadConfiguration, await api.StatusAsync());
        Assert.Contains("TimeMachine:Tls:KeyFile '/none.key' is no file.", api.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_waits_for_its_database_shows_no_secret_and_stops_when_told()
    {
        using var place = new NodePlace();
        using var node = new ChildProcess(Dll, place.Args(
            "--Sql:Provider=postgresql",
            $"--Sql:ConnectionString=Host=127.0.0.1;Port={place.Ports[2]};Username=u;Password=swordfish",
            "--Console:LibraryLevel=trace",
            "--Console:Level=trace"));

        await node.WaitForOutputAsync("trying again in 1 s");
        await node.TerminateAsync();

        Assert.Equal(SiloProcess.Stopped, await node.StatusAsync());
        Assert.DoesNotContain("swordfish", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_without_room_ends_a_start_with_status_5_and_the_next_goes_on_once_there_is_some()
    {
        using var place = new NodePlace();
        using var probe = new HttpProbe(place.Url);
        var full = Path.Combine(place.DataDirectory, "identity.new");
        Directory.CreateDirectory(place.DataDirectory);
        File.CreateSymbolicLink(full, "/dev/full");
        using (var node = new ChildProcess(Dll, place.Args()))
        {
            Assert.Equal(SiloProcess.StorageFull, await node.StatusAsync());
            Assert.Contains($"cannot start (StorageFull): no room in '{full}'", node.Output, StringComparison.Ordinal);
        }

        File.Delete(full);
        using var again = new ChildProcess(Dll, place.Args());
        await probe.WaitForAsync("/readyz", () => again.HasEnded);
        await again.TerminateAsync();
        Assert.Equal(SiloProcess.Stopped, await again.StatusAsync());
    }

    [Fact]
    public async Task The_help_names_the_commands()
    {
        using var help = new ChildProcess(Dll, ["--help"]);

        Assert.Equal(0, await help.StatusAsync());
        foreach (var command in new[] { "--config FILE", "new-key", "inspect DIRECTORY", "verify DIRECTORY" })
        {
            Assert.Contains(command, help.Output, StringComparison.Ordinal);
        }
    }
}
