namespace TimeMachine.Grains.Cluster;

/// <summary>Whether a node can do its work.</summary>
public interface INodeReadiness
{
    /// <summary>Whether everything that the node leads can fire.</summary>
    /// <param name="reason">If not: why.</param>
    public bool IsReady(out string reason);
}
