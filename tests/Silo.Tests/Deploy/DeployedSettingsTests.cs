using System.Globalization;
using System.Text.RegularExpressions;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Deploy;

/// <summary>The container files and the systemd unit fit the program that they start.</summary>
public sealed partial class DeployedSettingsTests
{
    private const string Dll = "TimeMachine.Silo.dll";
    private static readonly string Compose = Read("container", "compose.yaml");
    private static readonly string Dockerfile = Read("container", "Dockerfile");
    private static readonly string Unit = Read("systemd", "time-machine.service");

    public static TheoryData<string> Nodes => [.. Services.Keys];

    private static Dictionary<string, string> Services => Service().Matches(Compose).ToDictionary(
        service => service.Groups["name"].Value, service => service.Groups["block"].Value);

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_of_the_compose_file_starts_by_its_variables_where_the_file_puts_it(string name)
    {
        var service = Services[name];
        var ofAll = Variables().Matches(Settings().Match(Compose).Groups["block"].Value);
        var variables = Variables().Matches(Dockerfile).Concat(ofAll).Concat(Variables().Matches(service))
            .ToDictionary(found => found.Groups["name"].Value, ValueOf);

        var settings = SettingsReader.Read([], variables);

        Assert.Equal(name, settings.Node.Name);
        Assert.Equal(SqlSettings.PostgreSql, settings.Sql.Provider);
        Assert.Contains($"ipv4_address: {settings.Listen.SiloAddress} ", service, StringComparison.Ordinal);
        Assert.Contains($":{settings.Listen.RestPort}\"]", service, StringComparison.Ordinal);
        Assert.Contains($"volumes: [{name}:{VolumeOfImage}]", service, StringComparison.Ordinal);
        Assert.StartsWith(VolumeOfImage + "/", settings.Node.DataDirectory, StringComparison.Ordinal);
        Assert.StartsWith(VolumeOfImage + "/", settings.Node.LogDirectory, StringComparison.Ordinal);
    }

    [Fact]
    public void The_nodes_of_the_compose_file_have_addresses_and_ports_of_their_own()
    {
        Assert.Equal(["node1", "node2", "node3"], Services.Keys.Order());
        string[] owned = ["ipv4_address", "TIMEMACHINE_LISTEN__SILOADDRESS", "TIMEMACHINE_NODE__NAME", "ports"];
        foreach (var own in owned)
        {
            var values = Services.Values.Select(
                service => service.Split('\n').Single(line => line.Contains(own + ": ", StringComparison.Ordinal)));
            Assert.Equal(Services.Count, values.Distinct().Count());
        }
    }

    [Fact]
    public void The_image_starts_the_node_and_shows_the_ports_that_it_has_by_default()
    {
        var listen = new ListenSettings();
        int[] ports = [listen.RestPort, listen.SiloPort, listen.GatewayPort];

        Assert.Equal(Dll, typeof(SiloProcess).Assembly.GetName().Name + ".dll");
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{Dll}\"]", Dockerfile, StringComparison.Ordinal);
        Assert.Contains(
            "EXPOSE " + string.Join(' ', ports.Select(port => port.ToString(CultureInfo.InvariantCulture))) + "\n",
            Dockerfile,
            StringComparison.Ordinal);
        Assert.Contains($"chown \"$APP_UID\" {VolumeOfImage}\n", Dockerfile, StringComparison.Ordinal);
        Assert.True(
            Dockerfile.IndexOf("chown", StringComparison.Ordinal)
            < Dockerfile.IndexOf("VOLUME", StringComparison.Ordinal),
            "What is done to a directory after it is a volume is lost.");
    }

    [Fact]
    public void The_unit_starts_the_node_and_gives_up_where_a_new_start_would_not_help()
    {
        Assert.Contains($"\nEnvironment={SettingsReader.FileVariable}=/", Unit, StringComparison.Ordinal);
        Assert.Contains($"\nExecStart=/usr/bin/dotnet /opt/time-machine/{Dll}\n", Unit, StringComparison.Ordinal);
        Assert.Contains(
            $"\nRestartPreventExitStatus={SiloProcess.BadConfiguration} {SiloProcess.NeedsDecision}\n",
            Unit,
            StringComparison.Ordinal);
        Assert.Contains("\nUser=time-machine\n", Unit, StringComparison.Ordinal);
        Assert.Contains(
            "useradd --system --home-dir /var/lib/time-machine time-machine\n", Unit, StringComparison.Ordinal);
        Assert.Contains("\nStateDirectory=time-machine\n", Unit, StringComparison.Ordinal);
        Assert.Contains("\nWorkingDirectory=/var/lib/time-machine\n", Unit, StringComparison.Ordinal);
    }

    private static string VolumeOfImage => Volume().Match(Dockerfile).Groups["path"].Value;

    private static string Read(string folder, string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "deploy", folder, name));

    /// <summary>A value as the node gets it; what whoever starts it has to give is made up.</summary>
    private static string ValueOf(Match variable)
    {
        var text = variable.Groups["value"].Value.Trim('"');
        return FromOutside().Replace(text, given => given.Value.Contains("SHA256", StringComparison.Ordinal)
            ? NewKey.HashOf("any")
            : "any");
    }

    [GeneratedRegex(@"^x-settings: &settings\n(?<block>(?:  .*\n)+)", RegexOptions.Multiline)]
    private static partial Regex Settings();

    [GeneratedRegex(@"^  (?<name>node\d+):\n(?<block>(?:    .*\n)+)", RegexOptions.Multiline)]
    private static partial Regex Service();

    // NAME: value and NAME: >- with the value on the next line in the one, NAME=value in the other.
    [GeneratedRegex(@"(?<name>TIMEMACHINE_\w+)(?:: (?:>-\s+)?|=)(?<value>[^\n\\]+?)(?: \\)?\n")]
    private static partial Regex Variables();

    [GeneratedRegex(@"^VOLUME (?<path>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Volume();

    [GeneratedRegex(@"\$\{\w+:\?\}")]
    private static partial Regex FromOutside();
}
