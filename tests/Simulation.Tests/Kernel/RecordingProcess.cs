using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Tests.Kernel;

/// <summary>Writes down what happens to it, and does what the test says.</summary>
internal sealed class RecordingProcess : ISimProcess
{
    public List<string> Seen { get; } = [];

    public Action<SimMessage>? Receives { get; set; }

    public Action? Wakes { get; set; }

    public Action<SyncDone>? Syncs { get; set; }

    public void Start(in ProcessStart start) => Seen.Add($"start {start.Life}/{start.Incarnation}");

    public void Crash(CrashKind kind) => Seen.Add($"crash {kind}");

    public void Freeze() => Seen.Add("freeze");

    public void Thaw() => Seen.Add("thaw");

    public void OnMessage(in SimMessage message)
    {
        Seen.Add($"message {string.Join(',', message.Bytes.ToArray())}");
        Receives?.Invoke(message);
    }

    public void OnTimer()
    {
        Seen.Add("timer");
        Wakes?.Invoke();
    }

    public void OnSyncDone(in SyncDone done)
    {
        Seen.Add($"{done.Disk} sync {done.Token} {done.Status}");
        Syncs?.Invoke(done);
    }

    public void OnWork(int kind, long argument, object? payload) => Seen.Add($"work {kind} {argument} {payload}");
}
