using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TimeMachine.Chaos.Tests;

/// <summary>
/// Ports for nodes of tests, below those that the system gives to connections: one of those may be taken between its
/// choice and its use. A row of them belongs to the process that took it, until that ends.
/// </summary>
internal static class FreePorts
{
    private const int Ports = 9;
    private const int FirstOfAll = 20_000;
    private const int Rows = 1_000;
    private static readonly string Locks = Path.Combine(Path.GetTempPath(), "time-machine-test-ports");
    private static readonly List<FileStream> Taken = [];

    /// <summary>The first of so many in a row as three nodes need.</summary>
    public static int First()
    {
        Directory.CreateDirectory(Locks);
        lock (Taken)
        {
            for (var row = 0; row < Rows; row++)
            {
                var first = FirstOfAll + (row * Ports);
                if (TryTake(row) is not { } taken)
                {
                    continue;
                }

                Taken.Add(taken);
                if (Enumerable.Range(first, Ports).All(IsFree))
                {
                    return first;
                }
            }
        }

        throw new InvalidOperationException("No ports are free.");
    }

    private static FileStream? TryTake(int row)
    {
        try
        {
            var path = Path.Combine(Locks, row.ToString(CultureInfo.InvariantCulture));
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
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
