using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.StorageFaults;

/// <content>Checkpoints. A full disk is a state: they are tried again.</content>
public sealed partial class DiskNode
{
    private readonly Dictionary<GroupId, LogIndex> _checkpoints = [];
    private readonly CheckpointRunner _runner;

    /// <summary>How many checkpoints found no room.</summary>
    public int CheckpointsWithoutRoom { get; private set; }

    /// <summary>The applied index of a group's last checkpoint that is durable.</summary>
    public LogIndex CheckpointOf(GroupId group) => _checkpoints.GetValueOrDefault(group);

    /// <inheritdoc/>
    public void OnDurable(GroupId group, ReplicaStore store) => Post(() =>
    {
        _checkpoints[group] = store.EndCheckpoint();
        Core.OnCheckpointEnded(group, _checkpoints[group], Now);
    });

    /// <inheritdoc/>
    public void OnWithoutRoom(GroupId group) => Post(() => FindNoRoom(group));

    /// <inheritdoc/>
    /// <remarks>It is alone: there are no peers to rebuild the replica from.</remarks>
    public void OnDamaged(GroupId group, StoreDamagedException error) => OnFailed(error);

    private void BeginCheckpoints()
    {
        foreach (var group in _output.Checkpoints)
        {
            try
            {
                BeginCheckpoint(group, Core.Find(group)!);
                _runner.Run(group, _stores[group]);
            }
            catch (StorageFullException)
            {
                FindNoRoom(group);
            }
        }
    }

    private void BeginCheckpoint(GroupId group, GroupReplica replica)
    {
        replica.WriteCheckpoint();
        var jobs = replica.Machine as JobStateMachine;
        _stores[group].BeginCheckpoint(
            replica.Point.Index, jobs?.PurgeFilter ?? default, (jobs?.LiveCount + jobs?.FinishedCount) ?? 0);
    }

    private void FindNoRoom(GroupId group)
    {
        CheckpointsWithoutRoom++;
        Core.OnCheckpointEnded(group, CheckpointOf(group), Now);
    }
}
