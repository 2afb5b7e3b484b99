using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>Sends bytes as they are, and reads one answer.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends bytes, says that no more come, and reads what comes back.</summary>
    /// <returns>The status and the body; status 0 if the connection ended without an answer.</returns>
    public static async Task<RawAnswer> SendAsync(Uri address, ReadOnlyMemory<byte> bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(address.Host, address.Port, patience.Token);
        try
        {
            await socket.SendAsync(bytes, patience.Token);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException error) when (IsEnd(error))
        {
            // The server has answered, and reads no more.
            return await ReadAsync(socket, patience.Token);
        }

        return await ReadAsync(socket, patience.Token);
    }

    private static bool IsEnd(SocketException error) =>
        error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;

    private static async Task<RawAnswer> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
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

/// <summary>The first answer on a connection.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public string? Code => Body.Length == 0 ? null : (string?)JsonNode.Parse(Body)!["code"];

    public static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (text.Length == 0)
        {
            return new RawAnswer(0, "", "");
        }

        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = text[..end];
        var status = int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture);
        const string lengthHeader = "content-length: ";
        var lengthAt = head.IndexOf(lengthHeader, StringComparison.OrdinalIgnoreCase);
        var length = lengthAt < 0
            ? 0
            : int.Parse(head[(lengthAt + lengthHeader.Length)..].Split("\r\n")[0], CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes(text[(end + 4)..]).AsSpan(0, length);
        return new RawAnswer(status, head, Encoding.UTF8.GetString(body));
    }
}
