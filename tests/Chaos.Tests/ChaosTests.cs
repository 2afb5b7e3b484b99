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

    /// <summary>So many ports in a row that nobody listens on now, below those that the system gives to connections.
    /// </summary>
    private static int FreePorts() => Enumerable.Range(0, 500).Select(static i => 20_000 + (Ports * i))
        .First(static first => Enumerable.Range(first, Ports).All(IsFree));

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
