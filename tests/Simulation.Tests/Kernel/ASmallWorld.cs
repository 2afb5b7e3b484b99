using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Tests.Kernel;

/// <summary>Two started hosts with disks, joined by links that need 1 ms.</summary>
internal sealed class ASmallWorld
{
    public ASmallWorld(ulong seed = 1, LinkQuality? link = null)
    {
        World = new World(seed);
        Network = new SimNetwork(World, link ?? new LinkQuality(DelayUs: 1_000));
        Left = Network.AddHost(1, LeftProcess);
        Right = Network.AddHost(2, RightProcess);
        Left.AddDisks(new LogDiskOptions(SegmentBytes: 8_192), new CheckpointDiskOptions());
        Right.AddDisks(new LogDiskOptions(SegmentBytes: 8_192), new CheckpointDiskOptions());
        Left.StartAfter(0);
        Right.StartAfter(0);
        World.RunUntil(0);
        LeftProcess.Seen.Clear();
        RightProcess.Seen.Clear();
    }

    public World World { get; }

    public SimNetwork Network { get; }

    public RecordingProcess LeftProcess { get; } = new();

    public RecordingProcess RightProcess { get; } = new();

    public SimHost Left { get; }

    public SimHost Right { get; }

    public void Send(byte number) => Network.Send(Left, 2, 0, [number]);

    public void RunMs(long ms) => World.RunUntil(World.NowUs + (ms * 1_000));
}
