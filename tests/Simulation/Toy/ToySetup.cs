using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Toy;

/// <summary>A toy cluster that proves the kernel: nodes that ping each other and log what clients send.</summary>
/// <param name="acksBeforeSync">Plants a bug: an answer leaves before what it promises is durable.</param>
public sealed class ToySetup(bool acksBeforeSync) : ISimulationSetup
{
    /// <summary>Clients have addresses from here on.</summary>
    public const int FirstClient = 100;

    /// <summary>A toy cluster without the planted bug.</summary>
    public ToySetup()
        : this(acksBeforeSync: false)
    {
    }

    /// <inheritdoc/>
    public IClusterUnderTest Build(SimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var ledger = new ToyLedger(run);
        for (var node = 1; node <= run.Swarm.NodeCount; node++)
        {
            var process = new ToyNode(run, acksBeforeSync);
            process.Host = run.AddNode(node, process);
            if (node <= run.Swarm.InitialNodeCount)
            {
                process.Host.StartAfter(0);
            }
        }

        for (var client = 0; client < 4; client++)
        {
            var process = new ToyClient(run, ledger);
            process.Host = run.AddOutsider(FirstClient + client, process);
        }

        run.World.AddChecker(ledger);
        return ledger;
    }
}
