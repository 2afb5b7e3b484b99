using TimeMachine.Demo;

const string Usage = """
    demo --url URL [--jobs COUNT] [--within-seconds SECONDS]   jobs to a recipient of its own; 0 if each came once
    health URL...                                              a table of the nodes; 0 if all are ready
    wait-nodes URL COUNT                                       waits until the cluster's plan has so many nodes
    join URL NODE                                              takes a running node into the plan and waits
    remove URL NODE                                            takes a node out of the plan and waits until it is empty
    """;

try
{
    using var rest = new RestClient(Environment.GetEnvironmentVariable("TIME_MACHINE_KEY"));
    var commands = new ClusterCommands(rest, TimeProvider.System, Console.Out);
    return args switch
    {
        ["demo", .. var options] => await new DemoRun(rest, TimeProvider.System, Console.Out)
            .RunAsync(DemoOptions.Parse(options)),
        ["health", .. var urls] when urls.Length > 0 => await commands.ShowHealthAsync(urls),
        ["wait-nodes", var url, var count] => await commands.WaitForNodesAsync(url, int.Parse(count)),
        ["join", var url, var node] => await commands.JoinAsync(url, node),
        ["remove", var url, var node] => await commands.RemoveAsync(url, node),
        _ => throw new FormatException(Usage),
    };
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
catch (Exception error) when (error is HttpRequestException or InvalidDataException or TimeoutException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
