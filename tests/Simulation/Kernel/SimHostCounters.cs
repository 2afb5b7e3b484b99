namespace TimeMachine.Simulation.Kernel;

/// <summary>Counters of what happened to processes.</summary>
internal static class SimHostCounters
{
    public static readonly Counter Starts = Counter.Total("process starts");
    public static readonly Counter Crashes = Counter.Total("process crashes");
    public static readonly Counter ThawedBacklog = Counter.Reach("thawed with events waiting");
    public static readonly Counter BacklogDropped = Counter.Reach("frozen too long: messages dropped");
    public static readonly Counter UnsyncedLost = Counter.Reach("unsynced writes lost in a crash");
    public static readonly Counter UnsyncedKept = Counter.Reach("unsynced writes survived a crash");
    public static readonly Counter TornBlock = Counter.Reach("a block torn in a crash");

    /// <summary>By number of <see cref="CrashPoint"/>; place 0 counts any crash.</summary>
    public static readonly Counter[] AtPoint =
        [Crashes, .. Enum.GetValues<CrashPoint>().Select(point => Counter.Reach($"crash at {point}"))];
}
