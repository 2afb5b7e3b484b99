using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace TimeMachine.Api.Tls;

/// <summary>Says in the log which connections came to nothing, and why. Whoever is refused tries again, and anybody may
/// try: there is a line at most every 10 s, with the number of those that had none.</summary>
/// <param name="log">Where it says so.</param>
/// <param name="clock">The clocks.</param>
public sealed partial class RefusedLinks(ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private long? _toldAt;
    private int _untold;

    /// <summary>A TLS handshake failed.</summary>
    internal void TellHandshake(ConnectionContext link, string reason)
    {
        if (TakeTurn() is { } untold)
        {
            LogHandshake(PeerOf(link), reason.TrimEnd('.'), untold);
        }
    }

    /// <summary>The other side ended a connection before it had said anything.</summary>
    internal void TellSilence(ConnectionContext link, string hint)
    {
        if (TakeTurn() is { } untold)
        {
            LogSilence(PeerOf(link), hint, untold);
        }
    }

    private static EndPoint? PeerOf(ConnectionContext link) => link.RemoteEndPoint;

    /// <summary>Null if it is not time for a line; else how many had none since the last.</summary>
    private int? TakeTurn()
    {
        lock (_gate)
        {
            if (_toldAt is { } at && clock.GetElapsedTime(at) < Pause)
            {
                _untold++;
                return null;
            }

            var untold = _untold;
            _toldAt = clock.GetTimestamp();
            _untold = 0;
            return untold;
        }
    }
}
