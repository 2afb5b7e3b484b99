namespace TimeMachine.Grains.Cluster;

/// <summary>Gives away what a node leads, before it leaves.</summary>
public interface INodeHandover
{
    /// <summary>Is not ready any more, waits for attempts under way, and hands over every group that another node can
    /// lead: at most 12 s. What comes to the node meanwhile it still passes on to the leaders.</summary>
    public Task HandOverAsync(CancellationToken cancellationToken);
}
