using System.Globalization;
using TimeMachine.Demo;

const string Usage = """
    demo [--url URL] [--jobs COUNT] [--within-seconds SECONDS]   jobs to a recipient of its own; 0 if each came once
    health NAME=URL...    a table of the nodes; 0 if all are ready
    wait URL COUNT        waits until so many nodes are ready and all vnodes have their replicas
    join URL NODE         takes a running node into the plan and waits until it has its share
    remove URL NODE       takes a node out of the plan and waits until it is empty
    """;

try
{
    using var rest = new RestClient(Environment.GetEnvironmentVariable("TIME_MACHINE_KEY"));
    var commands = new ClusterCommands(rest, TimeProvider.System, Console.Out);
    return args switch
    {
        ["demo", .. var options] => await new DemoRun(rest, TimeProvider.System, Console.Out)
            .RunAsync(DemoOptions.Parse(options)),
        ["health", .. var nodes] when nodes.Length > 0 => await commands.ShowHealthAsync(nodes),
        ["wait", var url, var count] => await commands.WaitForAsync(url, int.Parse(count, NumberStyles.None)),
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
