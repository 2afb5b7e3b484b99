using System.Collections.Concurrent;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>What a writer told its owner, one line each, in order.</summary>
internal sealed class WriterEvents : ILogWriterObserver, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BlockingCollection<string> _told = [];

    /// <summary>What was told and not taken yet.</summary>
    public IReadOnlyList<string> Left => [.. _told];

    public void OnSynced(long batch) => _told.Add($"synced {batch}");

    public void OnPrepared(int slot, bool isPrepared) =>
        _told.Add($"{(isPrepared ? "prepared" : "no room for")} {slot}");

    public void OnFailed(Exception error) => _told.Add($"failed: {error.GetType().Name}");

    /// <summary>Waits for the next and takes it.</summary>
    public string Next() =>
        _told.TryTake(out var told, Patience) ? told : throw new TimeoutException("nothing was told");

    public void Dispose() => _told.Dispose();
}
