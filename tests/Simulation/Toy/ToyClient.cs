using System.Buffers.Binary;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Toy;

/// <summary>Sends a number to some node now and then, and tells the ledger of answers.</summary>
internal sealed class ToyClient(SimRun run, ToyLedger ledger) : ISimProcess
{
    private long _sent;

    public SimHost Host { get; set; } = null!;

    public void Start(in ProcessStart start) => OnTimer();

    public void OnMessage(in SimMessage message) =>
        ledger.OnAnswer(message.From, BinaryPrimitives.ReadInt64LittleEndian(message.Bytes.Span));

    public void OnTimer()
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, ((long)Host.Address << 32) | ++_sent);
        run.World.Count(RunFigures.Jobs);
        run.Network.Send(Host, 1 + run.World.Draws.Workload.Index(run.Swarm.NodeCount), 0, bytes);
        Host.SetTimerUs(run.World.NowUs + (run.World.Draws.Workload.Between(50, 1_000) * 1_000));
    }
}
