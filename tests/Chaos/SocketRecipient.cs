using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TimeMachine.Chaos;

/// <summary>
/// A recipient on plain sockets. It knows when each request began and ended, and may end a connection at any point.
/// Each connection has a thread of its own: no other work of this process comes between a byte and the note of its
/// time.
/// </summary>
internal sealed class SocketRecipient : IDisposable
{
    private const int Backlog = 1_024;
    private const int HeadBytesMax = 16_384;
    private const int StackBytes = 256 * 1_024;
    private const int UsPerMs = 1_000;
    private const int WholeTries = 1_000;
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\n\r\n");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly RunClock _clock;
    private readonly Func<SeenRequest, Manner> _choose;
    private readonly Action<SeenRequest> _note;
    private int _count;

    /// <summary>Starts it on a free port.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="choose">What to do with a request. Called on any thread.</param>
    /// <param name="note">Told each request when its head is there. Called on any thread.</param>
    public SocketRecipient(RunClock clock, Func<SeenRequest, Manner> choose, Action<SeenRequest> note)
    {
        (_clock, _choose, _note) = (clock, choose, note);
        _listener.Start(Backlog);
        Run(Accept);
    }

    /// <summary>Where routes may point to.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

    /// <summary>How long it takes to answer, in ms.</summary>
    public int ServiceMs { get; init; }

    /// <summary>All requests: the connections on which bytes came, once for each request on them.</summary>
    public ConcurrentQueue<SeenRequest> Requests { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets.Keys)
        {
            Close(socket);
        }
    }

    private static void Run(Action work) => new Thread(() => work(), StackBytes) { IsBackground = true }.Start();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                Run(() => Serve(socket));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The run is over.
            _listener.Stop();
        }
    }

    private void Serve(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        _sockets[socket] = true;
        var isOpen = true;
        while (isOpen)
        {
            SeenRequest? request = null;
            try
            {
                request = TakeHead(socket);
                isOpen = request is not null && TryServe(socket, request);
            }
            catch (SocketException)
            {
                // The sender closed it, or ended.
                isOpen = false;
            }

            if (request is not null)
            {
                request.EndedUs = Math.Min(request.EndedUs, _clock.NowUs);
            }
        }

        _sockets.TryRemove(socket, out _);
    }

    /// <summary>Waits for a request and looks at its head; the bytes stay where they are.</summary>
    /// <returns>Null if the connection ends without one.</returns>
    private SeenRequest? TakeHead(Socket socket)
    {
        socket.Poll(-1, SelectMode.SelectRead);
        if (socket.Available == 0)
        {
            return null;
        }

        var firstByteUs = _clock.NowUs;
        var number = Interlocked.Increment(ref _count) - 1;
        var request = new SeenRequest(PeekHead(socket), number, firstByteUs);
        request.Manner = _choose(request);
        Requests.Enqueue(request);
        _note(request);
        return request;
    }

    /// <summary>A head comes in one piece nearly always; what is not whole after a second counts as it is.</summary>
    private static string PeekHead(Socket socket)
    {
        var bytes = new byte[HeadBytesMax];
        var text = "";
        for (var tries = 0; tries < WholeTries; tries++)
        {
            var count = socket.Receive(bytes, SocketFlags.Peek);
            text = Encoding.Latin1.GetString(bytes, 0, count);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                return text[..(end + 4)];
            }

            Thread.Sleep(1);
        }

        return text;
    }

    /// <returns>Whether another request may come.</returns>
    private bool TryServe(Socket socket, SeenRequest request)
    {
        if (request.Manner == Manner.CloseUnread)
        {
            return false;
        }

        Skip(socket, request.HeadBytes + request.BodyBytes);
        if (request.Manner == Manner.CloseRead)
        {
            return false;
        }

        // What can be read next is the end of the connection: no request follows one that is not answered.
        if (socket.Poll(ServiceMs * UsPerMs, SelectMode.SelectRead))
        {
            return false;
        }

        request.EndedUs = _clock.NowUs;
        socket.Send(Answer);
        return true;
    }

    private static void Skip(Socket socket, int bytes)
    {
        var buffer = new byte[HeadBytesMax];
        while (bytes > 0)
        {
            var read = socket.Receive(buffer.AsSpan(0, Math.Min(bytes, buffer.Length)));
            bytes = read > 0 ? bytes - read : 0;
        }
    }

    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is closed already.
            socket.Dispose();
        }
    }
}
