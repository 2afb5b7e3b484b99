using System.Net;
using System.Net.Sockets;

namespace TimeMachine.Chaos.Tests;

/// <summary>The short form of the long runs: nodes as processes, little load, and times that a busy machine keeps.
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private const int Ports = 9;
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-chaos-").FullName;

    [Theory]
    [InlineData("kill")]
    [InlineData("all")]
    public async Task No_acknowledged_job_is_lost_or_early(string fault)
    {
        using var output = new StringWriter();
        var options = new ChaosOptions
        {
            TriggersPerSecond = 40,
            CreatesPerSecond = 20,
            Seconds = 12,
            GapMsMax = 15_000,
            FirstPort = FreePorts(),
            Directory = _directory,
        };

        var isGood = await new ChaosRun(options, output).RunAsync(fault);

        Assert.True(isGood, output.ToString());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>So many ports in a row that nobody listens on now.</summary>
    private static int FreePorts()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (port + Ports < 65_535 && Enumerable.Range(port + 1, Ports).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
