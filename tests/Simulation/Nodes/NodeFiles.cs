using System.Reflection;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Simulation.Nodes;

/// <summary>
/// The job stores of one simulated node as the product keeps them: real trees, checkpoints and installs on a disk in
/// memory that is exact about crashes. When they happen is the simulated machine's matter.
/// </summary>
internal sealed class NodeFiles
{
    private const string Root = "/store";
    private const int MergeOperationsMax = 120;
    private static readonly JobStoreOptions Options = new()
    {
        BlockKib = 4,
        PartRowsMin = 200,
        PartRowsMax = 200,
        SparseStep = 16,
    };

    private readonly Dictionary<GroupId, (ReplicaId Replica, ReplicaStore Store)> _open = [];
    private readonly List<ReplicaStore> _begun = [];
    private readonly Dictionary<GroupId, ReplicaInstall> _installs = [];
    private SimFileSystem _files = new();
    private SplitMix64 _draws;

    public NodeFiles(ulong seed) => _draws = new SplitMix64(seed);

    /// <summary>Stores that wanted to write when they were closed behind a crash, and could not.</summary>
    public int CutShort { get; private set; }

    /// <summary>Begins the store of a replica that never was.</summary>
    public IRowStore Create(GroupId group, ReplicaId replica)
    {
        SetFull(isFull: false);
        ReplicaStore.Delete(_files, PathOf(group, replica));
        return Add(group, replica, ReplicaStore.Open(_files, Prepared(group, replica), Options));
    }

    /// <summary>Opens a replica's store, and reads all of it.</summary>
    /// <param name="group">The group.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="isDamaged">Whether a bit of one of its files is to flip first.</param>
    /// <returns>Null if it is damaged: it is deleted then.</returns>
    public IRowStore? TryOpen(GroupId group, ReplicaId replica, bool isDamaged)
    {
        // A start needs a little room for each replica; without it, it waits.
        SetFull(isFull: false);
        if (isDamaged)
        {
            FlipOne(PathOf(group, replica));
        }

        ReplicaStore? store = null;
        try
        {
            store = ReplicaStore.Open(_files, Prepared(group, replica), Options);
            using var rows = store.Rows.Snapshot();
            while (rows.TryRead(out _))
            {
                // Each row's checksum is looked at.
            }

            Settle(store);
            return Add(group, replica, store);
        }
        catch (StoreDamagedException)
        {
            store?.Dispose();
            ReplicaStore.Delete(_files, PathOf(group, replica));
            return null;
        }
    }

    /// <summary>Sets a replica's rows aside, to be made durable.</summary>
    /// <returns>False if there is no room.</returns>
    public bool TryBegin(GroupReplica replica, bool isFull)
    {
        SetFull(isFull);
        var store = _open[replica.Group].Store;
        var jobs = replica.Machine as JobStateMachine;
        try
        {
            store.BeginCheckpoint(
                replica.Point.Index, jobs?.PurgeFilter ?? default, (jobs?.LiveCount + jobs?.FinishedCount) ?? 0);
        }
        catch (StorageFullException)
        {
            return false;
        }

        Settle(store);
        _begun.Remove(store);
        _begun.Add(store);
        return true;
    }

    /// <summary>Makes what was set aside durable.</summary>
    /// <returns>The index that is durable; null if there is no room, or an image has taken the rows' place.</returns>
    public LogIndex? TryEnd(GroupId group, bool isFull)
    {
        SetFull(isFull);
        if (!_open.TryGetValue(group, out var open) || !_begun.Contains(open.Store))
        {
            return null;
        }

        try
        {
            open.Store.RunCheckpoint();
            _begun.Remove(open.Store);
            return open.Store.EndCheckpoint();
        }
        catch (StorageFullException)
        {
            return null;
        }
    }

    /// <summary>Begins to read all rows as they are now.</summary>
    public IRowSource Snapshot(GroupId group)
    {
        var store = _open[group].Store;
        var rows = store.Rows.Snapshot();
        Settle(store);
        return rows;
    }

    /// <summary>Begins to take an image in.</summary>
    public ReplicaInstall BeginInstall(GroupId group, ReplicaId replica)
    {
        SetFull(isFull: false);
        DropInstall(group);
        var install = ReplicaInstall.Begin(_files, PathOf(group, replica), Options);
        _installs[group] = install;
        return install;
    }

    /// <summary>Gives up an image that was not taken in.</summary>
    public void DropInstall(GroupId group, ReplicaInstall install)
    {
        if (_installs.GetValueOrDefault(group) == install)
        {
            DropInstall(group);
        }
    }

    private void DropInstall(GroupId group)
    {
        if (_installs.Remove(group, out var install))
        {
            install.Dispose();
        }
    }

    /// <summary>Makes a whole image durable.</summary>
    /// <returns>Its rows; null if it is not whole, there is no room, or another has taken its place.</returns>
    public ReplicaStore? TryFinish(GroupId group, ReplicaInstall install, bool isFull)
    {
        SetFull(isFull);
        try
        {
            return _installs.GetValueOrDefault(group) == install ? install.Finish() : null;
        }
        catch (StorageFullException)
        {
            return null;
        }
    }

    /// <summary>An image that is durable has taken the rows' place, or was not wanted any more.</summary>
    public void EndInstall(GroupId group, ReplicaStore installed, bool isTaken)
    {
        if (!isTaken)
        {
            installed.Dispose();
            _installs[group].Revert();
            _installs.Remove(group);
            return;
        }

        var (replica, before) = _open[group];
        _begun.Remove(before);
        before.Dispose();
        _installs[group].DeleteBefore();
        _installs.Remove(group);
        _open[group] = (replica, installed);
    }

    /// <summary>Removes a replica's store for good.</summary>
    public void Remove(GroupId group, ReplicaId replica)
    {
        DropInstall(group);
        if (_open.Remove(group, out var open))
        {
            _begun.Remove(open.Store);
            open.Store.Dispose();
        }

        ReplicaStore.Delete(_files, PathOf(group, replica));
    }

    /// <summary>The process is gone, perhaps in the middle of a merge.</summary>
    public void Crash(CrashKind kind)
    {
        if (_begun.Count > 0 && _draws.Chance(1, 2))
        {
            CrashWithin(_begun[(int)_draws.Below(_begun.Count)]);
        }

        _files.Kill();
        foreach (var install in _installs.Values)
        {
            Close(install);
        }

        foreach (var (_, store) in _open.Values)
        {
            Close(store);
        }

        _installs.Clear();
        _open.Clear();
        _begun.Clear();
        _files.Restart(kind, ref _draws);
    }

    /// <summary>The disk is another one.</summary>
    public void Wipe() => _files = new SimFileSystem();

    /// <summary>ZoneTree prepares its next segment on a thread of its own; a run must not depend on when.</summary>
    private static void Settle(ReplicaStore store)
    {
        var field = typeof(RowTree).GetField("_tree", BindingFlags.Instance | BindingFlags.NonPublic)!;
        var tree = field.GetValue(store.Rows)!;
        var wait = tree.GetType().GetMethod(
            "WaitForNextMutableSegment", BindingFlags.Instance | BindingFlags.NonPublic);
        Invariant.Require(wait is not null);
        wait.Invoke(tree, null);
    }

    private void SetFull(bool isFull) => _files.CapacityBytes = isFull ? _files.UsedBytes : long.MaxValue;

    private void Close(IDisposable store)
    {
        try
        {
            store.Dispose();
        }
        catch (IOException)
        {
            // Its process is gone: it cannot write any more, which is as it should be.
            CutShort++;
        }
    }

    private static string PathOf(GroupId group, ReplicaId replica) => $"{Root}/{group.Value}-{replica.Value}";

    private string Prepared(GroupId group, ReplicaId replica)
    {
        _files.CreateDirectory(Root);
        return PathOf(group, replica);
    }

    private RowTree Add(GroupId group, ReplicaId replica, ReplicaStore store)
    {
        _open[group] = (replica, store);
        return store.Rows;
    }

    private void CrashWithin(ReplicaStore store)
    {
        var left = _draws.Between(1, MergeOperationsMax);
        _files.Before = (operation, path) =>
        {
            if (operation != SimFileOperation.Read && --left <= 0)
            {
                _files.Kill();
                throw new IOException($"crash at {operation} of {path}");
            }
        };
        try
        {
            store.RunCheckpoint();
        }
        catch (Exception error) when (error is IOException or StoreDamagedException)
        {
            // The crash.
            left = 0;
        }

        _files.Before = null;
    }

    private void FlipOne(string path)
    {
        var files = _files.Directories(path).Append(path).SelectMany(_files.Files).ToList();
        files.RemoveAll(file => _files.Content(file).Length == 0);
        if (files.Count > 0)
        {
            var file = files[(int)_draws.Below(files.Count)];
            _files.Flip(file, _draws.Below(_files.Content(file).Length), (int)_draws.Below(8));
        }
    }
}
