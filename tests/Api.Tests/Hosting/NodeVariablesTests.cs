using System.Collections;
using TimeMachine.Api.Hosting;

namespace TimeMachine.Api.Tests.Hosting;

public sealed class NodeVariablesTests
{
    [Fact]
    public void Variables_are_read_as_a_node_reads_them_and_others_are_left_alone()
    {
        var environment = new Hashtable
        {
            ["TIMEMACHINE_SQL__PROVIDER"] = "postgresql",
            ["timemachine_api__keys__0__name"] = "shop",
            ["TIMEMACHINE_CONFIG"] = "/etc/time-machine.json",
            ["TIMEMACHINE__API__BODIESMIBMAX"] = "64",
            ["TIME_MACHINE_KEY"] = "secret",
            ["PATH"] = "/usr/bin",
        };

        var settings = NodeVariables.Read(environment);

        Assert.Equal(
            [("TimeMachine:SQL:PROVIDER", "postgresql"), ("TimeMachine:api:keys:0:name", "shop")],
            settings.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal("postgresql", settings["TimeMachine:Sql:Provider"]);
    }
}
