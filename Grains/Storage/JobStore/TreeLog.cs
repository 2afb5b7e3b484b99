using ZoneTree.Logger;

namespace TimeMachine.Storage.JobStore;

/// <summary>What ZoneTree has to say: its errors, kept until someone asks. The rest is not listened to.</summary>
internal sealed class TreeLog : ILogger
{
    private Exception? _error;

    public LogLevel LogLevel { get; set; } = LogLevel.Error;

    /// <summary>Takes the first error since the last call; null if there was none.</summary>
    public Exception? TakeError() => Interlocked.Exchange(ref _error, null);

    public void LogError(Exception log) => Interlocked.CompareExchange(ref _error, log, null);

    public void LogWarning(object log)
    {
        // Warnings tell of what ZoneTree has coped with.
    }

    public void LogInfo(object log)
    {
        // Figures of merges; ours are counted where merges are started.
    }

    public void LogTrace(object log)
    {
        // See LogInfo.
    }
}
