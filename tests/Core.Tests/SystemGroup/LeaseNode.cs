using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Tests.SystemGroup;

/// <summary>A node of the lease world.</summary>
internal sealed class LeaseNode
{
    private readonly ApplyOutput _output = new();

    public LeaseNode(NodeId id, int driftPerMille, long clockOffsetMs)
    {
        Id = id;
        DriftPerMille = driftPerMille;
        ClockOffsetMs = clockOffsetMs;
        Session = (ulong)id.Value * 1000;
        Machine = SystemStateMachine.Load(new MemoryRowStore(), new SystemOptions());
        Granter = new LeaseGranter(Machine);
        Gate = null!;
    }

    public NodeId Id { get; }

    public int DriftPerMille { get; }

    public long ClockOffsetMs { get; }

    public SystemStateMachine Machine { get; }

    public LeaseGranter Granter { get; }

    public GranterOutput Output { get; } = new();

    public RouteGate Gate { get; set; }

    public ulong Session { get; set; }

    public int Applied { get; private set; }

    public int LeadsIn { get; set; }

    public bool IsUp { get; set; } = true;

    public bool IsCut { get; set; }

    /// <summary>Hears nothing, but is heard.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>How many jobs wait at any time: 0 for no demand.</summary>
    public int Demand { get; set; }

    public int Written { get; set; }

    public void Apply(byte[] payload)
    {
        Applied++;
        _output.Clear();
        Machine.Apply(new LogIndex(Applied), new Term(1), EntryKind.Commands, payload, _output);
    }
}
