namespace TimeMachine.Simulation.Faults;

/// <summary>What the nemesis asks of, and tells to, the cluster that it attacks.</summary>
public interface IClusterUnderTest
{
    /// <summary>A node that runs and leads at least one group; 0 if there is none.</summary>
    public int LeaderNode();

    /// <summary>Whether every group keeps a majority of whole replicas if this node loses its disks, or parts of them,
    /// now.</summary>
    public bool CanLoseDisk(int node);

    /// <summary>Whether every group has good clocks in a majority of its voters if this node's clock goes wrong
    /// now.</summary>
    public bool CanLoseClock(int node);

    /// <summary>Begins one planned transfer of leadership.</summary>
    /// <returns>False when nothing could be transferred.</returns>
    public bool TryTransfer();

    /// <summary>Begins the planned stop of a running node: it hands over what it leads.</summary>
    public void BeginPlannedStop(int node);

    /// <summary>Whether a node in a planned stop may be ended now.</summary>
    public bool IsReadyToStop(int node);

    /// <summary>A node is about to start for the first time: the cluster shall take it in.</summary>
    public void Join(int node);

    /// <summary>The cluster shall move everything away from a node and let it go.</summary>
    public void Leave(int node);

    /// <summary>Whether the cluster has let a node go: it may be ended for good.</summary>
    public bool HasLeft(int node);

    /// <summary>All faults are over and every node that did not leave is up, or starts within a second.</summary>
    public void OnFaultsOver();
}
