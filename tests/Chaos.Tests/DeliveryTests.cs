namespace TimeMachine.Chaos.Tests;

/// <summary>What recipients see, in the short form of the long runs.</summary>
[Collection(OneCluster.Name)]
public sealed class DeliveryTests(ClusterFixture nodes) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task A_routes_limits_hold_when_nodes_are_killed()
    {
        using var output = new StringWriter();

        var isGood = await new LimitsRun(nodes.Options, nodes.Cluster, output).RunAsync();

        Assert.True(isGood, output.ToString());
    }

    [Fact]
    public async Task A_paused_route_and_a_silent_recipient_harm_no_other_route()
    {
        using var output = new StringWriter();

        var isGood = await new HangRun(nodes.Options, nodes.Cluster, output).RunAsync();

        Assert.True(isGood, output.ToString());
    }

    [Fact]
    public async Task A_claim_whose_connection_is_closed_was_one_request()
    {
        using var output = new StringWriter();

        var isGood = await new ClosesRun(nodes.Options, nodes.Cluster, output).RunAsync();

        Assert.True(isGood, output.ToString());
    }
}
