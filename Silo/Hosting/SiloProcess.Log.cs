namespace TimeMachine.Silo.Hosting;

internal sealed partial class SiloProcess
{
    [LoggerMessage(1, LogLevel.Information, "Node {Node} of cluster {Cluster} runs; HTTP on {Address}, port {RestPort}")]
    private partial void LogRunning(string node, string cluster, string address, int restPort);

    [LoggerMessage(2, LogLevel.Information, "Node {Node} has stopped")]
    private partial void LogStopped(string node);

    [LoggerMessage(3, LogLevel.Warning,
        "The SQL database is away (try {Attempt}), trying again in {PauseSeconds} s: {Reason}")]
    private partial void LogSqlAway(int attempt, double pauseSeconds, string reason);

    [LoggerMessage(4, LogLevel.Error, "{Key} is refused by the database: {Reason}")]
    private partial void LogMisconfigured(string key, string reason);

    [LoggerMessage(5, LogLevel.Critical, "Node {Node} failed")]
    private partial void LogFailed(Exception error, string node);
}
