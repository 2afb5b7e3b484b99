using Microsoft.Extensions.Logging;

namespace TimeMachine.Api;

internal sealed partial class Dispatcher
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Operation}: no answer from the cluster")]
    private partial void LogFailed(Exception error, string operation);
}
