using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TimeMachine.Grains.Tests.Delivery;

/// <summary>What a recipient does with one connection.</summary>
internal enum Manner
{
    /// <summary>Answers each request, and keeps the connection.</summary>
    Answer = 1,

    /// <summary>Closes without reading.</summary>
    CloseUnread = 2,

    /// <summary>Reads one request, and closes without an answer.</summary>
    CloseRead = 3,

    /// <summary>Answers one request, says that the connection stays, and closes it.</summary>
    CloseBehind = 4,

    /// <summary>Reads, and never answers.</summary>
    Hang = 5,

    /// <summary>Never answers the first request, and answers all others.</summary>
    HangFirst = 6,

    /// <summary>Answers the first request, and never another.</summary>
    HangSecond = 7,
}

/// <summary>A recipient on a socket, that counts what reached it.</summary>
internal sealed class RawRecipient : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Manner _manner;
    private readonly string _answer;

    public RawRecipient(Manner manner, string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    {
        (_manner, _answer) = (manner, answer);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

    /// <summary>Whole requests that came in.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public int Connections { get; private set; }

    /// <summary>Ends when the first request is there.</summary>
    public Task First => _first.Task;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                Connections++;
                _ = ServeAsync(socket);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
            _listener.Stop();
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        using var stream = new NetworkStream(socket);
        while (_manner != Manner.CloseUnread && await ReadRequestAsync(stream) is { } request)
        {
            Requests.Enqueue(request);
            var isFirst = _first.TrySetResult();
            if (_manner is Manner.Hang || (_manner is Manner.HangFirst && isFirst)
                || (_manner is Manner.HangSecond && !isFirst))
            {
                continue;
            }

            if (_manner is Manner.CloseRead)
            {
                return;
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(_answer));
            if (_manner is Manner.CloseBehind)
            {
                return;
            }
        }
    }

    private static async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4_096];
        while (true)
        {
            var whole = text.ToString();
            var end = whole.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && whole.Length >= end + 4 + LengthOf(whole))
            {
                return whole;
            }

            int read;
            try
            {
                read = await stream.ReadAsync(buffer);
            }
            catch (IOException)
            {
                return null;
            }

            if (read == 0)
            {
                return null;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static int LengthOf(string request)
    {
        const string Name = "Content-Length: ";
        var at = request.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        return int.Parse(
            request[at..request.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
    }
}
