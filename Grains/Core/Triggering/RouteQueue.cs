using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>A job in its route's queue.</summary>
internal readonly record struct QueuedJob(UnixMs Due, long Order, int Id) : IComparable<QueuedJob>
{
    public int CompareTo(QueuedJob other)
    {
        var order = Due.CompareTo(other.Due);
        return order != 0 ? order : Order.CompareTo(other.Order);
    }
}

/// <summary>
/// The due jobs of one route on this node, in due order over all groups, and what keeps them from being sent.
/// </summary>
internal sealed class RouteQueue(RouteKey key, CircuitBreakerOptions breaker)
{
    public RouteKey Key { get; } = key;

    public SortedSet<QueuedJob> Jobs { get; } = [];

    public List<GroupBacklog> Backlogs { get; } = [];

    public CircuitBreaker Breaker { get; } = new(breaker);

    /// <summary>Claims of this route that hold a slot of the node.</summary>
    public int ClaimCount { get; set; }

    /// <summary>Waiting jobs of this route in memory.</summary>
    public int PendingCount { get; set; }

    /// <summary>In the list of routes that have their turn.</summary>
    public bool IsActive { get; set; }

    /// <summary>When a route that may not send is looked at again; null if it is not blocked.</summary>
    public MonoMs? RetryAt { get; set; }

    /// <summary>Since when nothing could be admitted; null if something could.</summary>
    public MonoMs? BlockedSince { get; set; }

    /// <summary>Finds what a group has filed here; null if nothing is known.</summary>
    public GroupBacklog? FindBacklog(LedGroup group) => Backlogs.Find(backlog => backlog.Group == group);

    /// <summary>
    /// The due time of the oldest job that is filed and not read, of groups that may claim; null if none is.
    /// </summary>
    public UnixMs? OldestUnread()
    {
        UnixMs? oldest = null;
        foreach (var backlog in Backlogs)
        {
            var isOpen = backlog.HasMore && backlog.Group.MayClaim(this);
            if (isOpen && !(oldest <= backlog.Cursor.Position.Due))
            {
                oldest = backlog.Cursor.Position.Due;
            }
        }

        return oldest;
    }
}
