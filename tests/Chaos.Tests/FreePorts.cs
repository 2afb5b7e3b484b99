using System.Net;
using System.Net.Sockets;

namespace TimeMachine.Chaos.Tests;

/// <summary>Ports that nobody listens on now, below those that the system gives to connections.</summary>
internal static class FreePorts
{
    private const int Ports = 9;

    /// <summary>The first of so many in a row as three nodes need.</summary>
    public static int First() => Enumerable.Range(0, 500).Select(static i => 20_000 + (Ports * i))
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
