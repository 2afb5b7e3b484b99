using Microsoft.Extensions.Logging;

namespace TimeMachine.Api.Hosting;

internal sealed partial class ClusterSearch
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster is not found yet, try {Tries}: {Error}: {Reason}")]
    private partial void LogNotFound(int tries, string error, string reason);
}
