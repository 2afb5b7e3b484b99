namespace TimeMachine.Grains.Cluster;

/// <summary>What grain storage holds of the plan.</summary>
[GenerateSerializer]
[Alias("timemachine.plan-state")]
public sealed class PlanState
{
    /// <summary>The plan; null before the cluster has begun.</summary>
    [Id(0)]
    public ClusterPlan? Plan { get; set; }
}
