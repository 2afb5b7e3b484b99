using System.Net.Sockets;
using System.Text;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>Sends bytes as they are, and reads one answer.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends bytes, and reads what comes back.</summary>
    /// <param name="address">The server.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="isCut">Whether to say then that no more come.</param>
    /// <returns>The first answer; its status is 0 if the connection ended without one.</returns>
    public static async Task<RawAnswer> SendAsync(Uri address, ReadOnlyMemory<byte> bytes, bool isCut = false)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(address.Host, address.Port, patience.Token);
        try
        {
            await socket.SendAsync(bytes, patience.Token);
            if (isCut)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException error) when (IsEnd(error))
        {
            // The server has answered, and reads no more.
            return await ReadAsync(socket, patience.Token);
        }

        return await ReadAsync(socket, patience.Token);
    }

    /// <summary>Sends requests of which the last one closes the connection, and reads all that comes back.</summary>
    public static async Task<string> SendAllAsync(Uri address, ReadOnlyMemory<byte> bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(address.Host, address.Port, patience.Token);
        await socket.SendAsync(bytes, patience.Token);
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var count)
        {
            received.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(received.ToArray());
    }

    private static bool IsEnd(SocketException error) =>
        error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;

    private static async Task<RawAnswer> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (RawAnswer.Parse(received.ToArray()) is not { IsWhole: true }
                && await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (SocketException error) when (IsEnd(error))
        {
            return RawAnswer.Parse(received.ToArray());
        }

        return RawAnswer.Parse(received.ToArray());
    }
}
