using System.Net;
using Microsoft.Extensions.Logging;

namespace TimeMachine.Api.Tls;

public sealed partial class RefusedLinks
{
    [LoggerMessage(Level = LogLevel.Warning, Message =
        "TLS with {Peer} failed: {Reason}. Connections refused before, without a line: {Untold}")]
    private partial void LogHandshake(EndPoint? peer, string reason, int untold);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Peer} ended the connection without a word. {Hint} Connections refused before, without a line: {Untold}")]
    private partial void LogSilence(EndPoint? peer, string hint, int untold);
}
