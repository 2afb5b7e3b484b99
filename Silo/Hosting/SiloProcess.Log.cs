namespace TimeMachine.Silo.Hosting;

internal sealed partial class SiloProcess
{
    [LoggerMessage(1, LogLevel.Information,
        "Node {Node} of cluster {Cluster} runs; HTTP on {Address}, port {RestPort}")]
    private partial void LogRunning(string node, string cluster, string address, int restPort);

    [LoggerMessage(2, LogLevel.Information, "Node {Node} has stopped with status {Status}")]
    private partial void LogStopped(string node, int status);

    [LoggerMessage(3, LogLevel.Warning,
        "The SQL database is away (try {Attempt}), trying again in {PauseSeconds} s: {Reason}")]
    private partial void LogSqlAway(int attempt, double pauseSeconds, string reason);

    [LoggerMessage(4, LogLevel.Error, "{Key} is refused by the database: {Reason}")]
    private partial void LogMisconfigured(string key, string reason);

    [LoggerMessage(5, LogLevel.Critical, "Node {Node} failed")]
    private partial void LogFailed(Exception error, string node);

    [LoggerMessage(6, LogLevel.Information, "Node {Node} was told to stop before it had started")]
    private partial void LogGivenUp(string node);

    [LoggerMessage(7, LogLevel.Error, "{Problems}")]
    private partial void LogBadSettings(string problems);

    [LoggerMessage(8, LogLevel.Error,
        "One of the ports {SiloPort} (nodes), {GatewayPort} (clients), {RestPort} (HTTP) is in use: {Reason}")]
    private partial void LogPortInUse(int siloPort, int gatewayPort, int restPort, string reason);

    [LoggerMessage(9, LogLevel.Warning, "What had started could not be stopped in good order: {Reason}")]
    private partial void LogNotStopped(string reason);
}
