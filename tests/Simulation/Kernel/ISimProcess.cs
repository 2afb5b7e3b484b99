namespace TimeMachine.Simulation.Kernel;

/// <summary>A process of the world: a node, a client, a recipient. Called from one thread, never re-entered.</summary>
/// <remarks>What it keeps in memory is lost at <see cref="Crash"/>; its disks and its clock belong to the
/// host.</remarks>
public interface ISimProcess
{
    /// <summary>The process begins a life with empty memory and whatever its disks hold.</summary>
    public void Start(in ProcessStart start);

    /// <summary>The process is gone, between two events: forget everything in memory.</summary>
    public void Crash(CrashKind kind)
    {
    }

    /// <summary>The process stands still from now on: nothing is delivered until <see cref="Thaw"/>.</summary>
    public void Freeze()
    {
    }

    /// <summary>The process goes on; what waited is delivered next, at this very time.</summary>
    public void Thaw()
    {
    }

    /// <summary>A message arrived. Its bytes are valid only until the return.</summary>
    public void OnMessage(in SimMessage message);

    /// <summary>The time asked for by <see cref="SimHost.SetTimerUs"/> has come.</summary>
    public void OnTimer();

    /// <summary>A sync of one of the host's disks ended. After a failed log sync the process must call <see
    /// cref="SimHost.Die"/>.</summary>
    public void OnSyncDone(in SyncDone done)
    {
    }

    /// <summary>Work asked for by <see cref="SimHost.Work"/> is done.</summary>
    public void OnWork(int kind, long argument, object? payload)
    {
    }
}
