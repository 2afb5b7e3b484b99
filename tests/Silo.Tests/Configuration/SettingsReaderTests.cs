using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Tests.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-settings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Nothing_at_all_is_one_node_on_this_machine_with_a_database_of_its_own()
    {
        var settings = SettingsReader.Read([], NoVariables);

        Assert.Equal("node1", settings.Node.Name);
        Assert.Equal(Path.Combine("data", "node1", "data"), settings.Node.DataDirectory);
        Assert.Equal(Path.Combine("data", "node1", "raft"), settings.Node.LogDirectory);
        Assert.Equal(SqlSettings.Sqlite, settings.Sql.Provider);
        Assert.Equal($"Data Source={Path.GetFullPath("data/node1/cluster.db")}", settings.Sql.ConnectionString);
        Assert.Equal("127.0.0.1", settings.Listen.Address);
        Assert.Equal("127.0.0.1", settings.Listen.SiloAddress);
        Assert.Equal("http://127.0.0.1:8001", settings.RestUrl);
        Assert.Equal("time-machine", settings.Webhooks.Cluster);
        Assert.False(settings.Webhooks.AllowLoopback);
    }

    [Fact]
    public void The_directories_follow_the_name()
    {
        var settings = SettingsReader.Read(["--Node:Name=east-2"], NoVariables);

        Assert.Equal(Path.Combine("data", "east-2", "data"), settings.Node.DataDirectory);
        Assert.Equal(Path.Combine("data", "east-2", "raft"), settings.Node.LogDirectory);
    }

    [Fact]
    public void A_later_layer_wins_file_then_part_of_the_node_then_variable_then_command_line()
    {
        var file = AFile("""
            {
              // A comment is allowed.
              "TimeMachine": {
                "Cluster": { "Id": "shop" },
                "Listen": { "RestPort": 1001, "SiloPort": 1002, "GatewayPort": 1003 },
                "Log": { "BatchMib": 4 },
                "Nodes": {
                  "a": { "Listen": { "SiloPort": 2002, "GatewayPort": 2003 }, "Log": { "BatchMib": 5 } },
                  "b": { "Listen": { "RestPort": 9999 } }
                }
              }
            }
            """);
        var variables = new Dictionary<string, string>
        {
            ["TIMEMACHINE_CONFIG"] = file,
            ["TIMEMACHINE_NODE__NAME"] = "a",
            ["timemachine_listen__gatewayport"] = "3003",
            ["TIMEMACHINE_LOG__RETAINMIB"] = "64",
            ["PATH"] = "/usr/bin",
        };

        var settings = SettingsReader.Read(["--Listen:GatewayPort", "4003", "--TimeMachine:Log:BatchMib=6"], variables);

        Assert.Equal("shop", settings.Cluster.Id);
        Assert.Equal("shop", settings.Webhooks.Cluster);
        Assert.Equal(1001, settings.Listen.RestPort);
        Assert.Equal(2002, settings.Listen.SiloPort);
        Assert.Equal(4003, settings.Listen.GatewayPort);
        Assert.Equal("64", ValueOf(settings, "Log", "RetainMib"));
        Assert.Equal("6", ValueOf(settings, "Log", "BatchMib"));
    }

    [Fact]
    public void Every_layer_below_reaches_the_sections_of_the_node_itself()
    {
        var settings = SettingsReader.Read(
            [
                "--Checkpoints:FreshMib=32", "--JobStore:BlockKib=16", "--Webhooks:AllowLoopback=true",
                "--Webhooks:Cluster=other", "--Node:JoinsByItself=false",
            ],
            NoVariables);

        Assert.Equal("32", ValueOf(settings, "Checkpoints", "FreshMib"));
        Assert.Equal("16", ValueOf(settings, "JobStore", "BlockKib"));
        Assert.True(settings.Webhooks.AllowLoopback);
        Assert.Equal("other", settings.Webhooks.Cluster);
        Assert.False(settings.Node.JoinsByItself);
    }

    [Fact]
    public void Keys_come_as_a_list()
    {
        var file = AFile($$"""
            { "TimeMachine": { "Api": { "Keys": [
              { "Name": "first", "Sha256": "{{NewKey.HashOf("secret")}}", "Scopes": [ "read:*", "write:shop" ] },
              { "Name": "second", "Sha256": "{{NewKey.HashOf("other")}}", "Scopes": [ "admin:*" ] }
            ] } } }
            """);

        var settings = SettingsReader.Read(["--config", file, "--Listen:Address=0.0.0.0"], NoVariables);

        Assert.Equal(["first", "second"], settings.Api.Keys.Select(key => key.Name));
        Assert.Equal(["read:*", "write:shop"], settings.Api.Keys[0].Scopes);
    }

    [Fact]
    public void What_the_separate_REST_process_shares_the_file_for_is_let_pass()
    {
        var settings = SettingsReader.Read(["--Client:Gateways:0=127.0.0.1:30001"], NoVariables);

        Assert.Equal(["127.0.0.1:30001"], settings.Client.Gateways);
    }

    [Fact]
    public void A_node_that_the_file_does_not_have_is_refused()
    {
        var file = AFile("""{ "TimeMachine": { "Nodes": { "a": {}, "b": { "Listen": { "RestPort": 8002 } } } } }""");

        var problems = ProblemsOf("--config", file, "--Node:Name=c");

        Assert.Equal("a", SettingsReader.Read(["--config", file, "--Node:Name=a"], NoVariables).Node.Name);
        Assert.Equal(
            ["TimeMachine:Node:Name 'c' is refused. Allowed by TimeMachine:Nodes of the file: a, b."], problems);
    }

    [Fact]
    public void A_slip_in_another_nodes_part_shows_at_the_start_of_any()
    {
        var file = AFile("""
            { "TimeMachine": { "Nodes": { "a": { "Node": { "VNodes": 8 } }, "b": { "Listen": { "RestPrt": 1 } } } } }
            """);

        var problem = Assert.Single(ProblemsOf("--config", file, "--Node:Name=a"));

        Assert.StartsWith("TimeMachine:Nodes:b:Listen:RestPrt is not known.", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"TimeMachine\": { ", "cannot be read")]
    [InlineData("{ \"TimeMachine\": 1 }", "TimeMachine is a section, not a value.")]
    [InlineData("{ \"Timemachin\": { \"Node\": {} } }", "Timemachin is not known. All settings are inside")]
    [InlineData("{ \"TimeMachine\": { \"Node\": 1 } }", "TimeMachine:Node is a section, not a value.")]
    [InlineData("{ \"TimeMachine\": { \"Node\": { \"Name\": { \"x\": 1 } } } }", "TimeMachine:Node:Name is one value")]
    [InlineData("{ \"TimeMachine\": { \"Api\": { \"Keys\": \"k\" } } }", "TimeMachine:Api:Keys is a list")]
    public void A_file_that_is_not_as_it_should_be_says_where(string text, string problem)
    {
        Assert.Contains(
            ProblemsOf("--config", AFile(text)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.StartsWith(
            "The file /nowhere/cluster.json cannot be read:",
            Assert.Single(ProblemsOf("--config", "/nowhere/cluster.json")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_underscore_where_two_belong_is_told()
    {
        var found = Assert.Throws<BadSettingsException>(() => SettingsReader.Read(
            [], new Dictionary<string, string> { ["TIMEMACHINE_NODE_NAME"] = "x", ["TIMEMACHINE_HOME"] = "/" }));

        Assert.Equal(
            "TIMEMACHINE_NODE_NAME is not known. Between section and key stand two underscores: "
            + "TIMEMACHINE_NODE__NAME.",
            Assert.Single(found.Problems));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problems = ProblemsOf("--Node:VNodes=0", "--Listen:RestPort=none", "--Sql:Provider=oracle");

        Assert.Equal(3, problems.Count);
    }

    private static IReadOnlyDictionary<string, string> NoVariables => new Dictionary<string, string>();

    private static IReadOnlyList<string> ProblemsOf(params string[] args) =>
        Assert.Throws<BadSettingsException>(() => SettingsReader.Read(args, NoVariables)).Problems;

    private static string? ValueOf(SiloSettings settings, string section, string key)
    {
        var found = settings.Sections()[section];
        return found.GetType().GetProperty(key)!.GetValue(found)!.ToString();
    }

    private string AFile(string text)
    {
        var path = Path.Combine(_directory, "cluster.json");
        File.WriteAllText(path, text);
        return path;
    }
}
