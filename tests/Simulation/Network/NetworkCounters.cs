using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Network;

/// <summary>Counters of what happened to messages.</summary>
internal static class NetworkCounters
{
    public static readonly Counter Sent = Counter.Total("messages sent");
    public static readonly Counter Lost = Counter.Reach("messages lost");
    public static readonly Counter CutOff = Counter.Reach("messages into a cut link");
    public static readonly Counter Duplicated = Counter.Reach("messages duplicated");
    public static readonly Counter Reordered = Counter.Reach("messages overtaken");
}
