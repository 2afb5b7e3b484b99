using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

/// <summary>What the whole node log must hold after a batch.</summary>
internal sealed class Model
{
    public SortedDictionary<int, ModelGroup> Groups { get; } = [];

    public HashSet<ulong> Dead { get; } = [];

    public Model Clone()
    {
        var clone = new Model();
        foreach (var (id, group) in Groups)
        {
            clone.Groups.Add(id, group.Clone());
        }

        clone.Dead.UnionWith(Dead);
        return clone;
    }

    /// <summary>Requires all groups and dead ids to be as here.</summary>
    /// <param name="result">What recovery gave.</param>
    /// <param name="checkpoints">The checkpoints of the latest time: entries up to them may be gone.</param>
    public void ShouldBe(LogRecoveryResult result, Model checkpoints)
    {
        Assert.Equal(0, result.DamageCount);
        Assert.False(result.IsFramingLost);
        Assert.Equal(Groups.Keys, result.Groups.Select(group => group.Group.Value));
        foreach (var group in result.Groups)
        {
            var latest = checkpoints.Groups.GetValueOrDefault(group.Group.Value);
            var mine = Groups[group.Group.Value];
            mine.ShouldBe(group, latest?.Replica == mine.Replica ? latest.Checkpoint : mine.Checkpoint);
        }

        Assert.Equal(Dead.Order(), result.DeadReplicas.Select(dead => dead.Replica.Value).Order());
    }
}
