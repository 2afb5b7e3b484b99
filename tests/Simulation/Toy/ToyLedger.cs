using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Toy;

/// <summary>Knows what was answered, and finds it on the disks at the end, but for disks that were damaged.</summary>
internal sealed class ToyLedger(SimRun run) : IChecker, IClusterUnderTest
{
    private readonly Dictionary<int, List<long>> _answered = [];
    private readonly HashSet<int> _damaged = [];

    public void OnAnswer(int node, long number)
    {
        if (!_answered.TryGetValue(node, out var numbers))
        {
            _answered[node] = numbers = [];
        }

        numbers.Add(number);
    }

    public void AfterEvent(World world, int address)
    {
        // The toy promises nothing between its events.
    }

    public void AtEnd(World world)
    {
        for (var node = 1; node <= run.Swarm.NodeCount; node++)
        {
            var disk = run.Network.HostAt(node).LogDisk;
            var found = disk.Slots.SelectMany(slot => ToyNode.Numbers(disk.DurableImage(slot))).ToHashSet();
            if (!_damaged.Contains(node) && _answered.TryGetValue(node, out var numbers)
                && numbers.Find(number => !found.Contains(number)) is > 0 and var lost)
            {
                world.Violate("answered-is-durable", $"node {node} answered {lost}, and has it no more");
                return;
            }
        }
    }

    public int LeaderNode() => 1;

    public bool CanLoseDisk(int node) => _damaged.Count == 0 && _damaged.Add(node);

    public bool CanLoseClock(int node) => true;

    public bool TryTransfer() => true;

    public void BeginPlannedStop(int node) => run.World.Trace($"toy: node {node} is to stop");

    public bool IsReadyToStop(int node) => true;

    public void Join(int node) => run.World.Trace($"toy: node {node} joins");

    public void Leave(int node) => run.World.Trace($"toy: node {node} leaves");

    public bool HasLeft(int node) => true;

    public void OnFaultsOver() => run.World.Trace($"toy: faults are over");
}
