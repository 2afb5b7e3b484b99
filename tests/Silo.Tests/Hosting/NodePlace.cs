using System.Globalization;
using TimeMachine.Chaos.Tests;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>A directory and ports for one node, small and quick.</summary>
internal sealed class NodePlace : IDisposable
{
    public NodePlace(string name = "node1")
    {
        Name = name;
        var first = FreePorts.First();
        Ports = [first, first + 1, first + 2];
    }

    public string Name { get; }

    public string Path { get; } = Directory.CreateTempSubdirectory("time-machine-node-").FullName;

    /// <summary>For nodes, clients and HTTP.</summary>
    public IReadOnlyList<int> Ports { get; }

    public string DataDirectory => System.IO.Path.Combine(Path, Name, "data");

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports[2]}");

    /// <summary>The command line of a node at this place.</summary>
    public List<string> Args(params string[] more) =>
    [
        $"--Node:Name={Name}",
        $"--Node:DataDirectory={DataDirectory}",
        $"--Node:LogDirectory={System.IO.Path.Combine(Path, Name, "raft")}",
        string.Create(CultureInfo.InvariantCulture, $"--Listen:SiloPort={Ports[0]}"),
        string.Create(CultureInfo.InvariantCulture, $"--Listen:GatewayPort={Ports[1]}"),
        string.Create(CultureInfo.InvariantCulture, $"--Listen:RestPort={Ports[2]}"),
        "--Node:VNodes=4", "--Log:SegmentMib=1", "--Log:SegmentsMax=32", "--Log:ReserveMib=4", "--Log:RetainMib=8",
        "--Log:BatchMib=1", "--Checkpoints:FreshMib=16", "--Console:LibraryLevel=error", "--Console:Level=warning",
        .. more,
    ];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
