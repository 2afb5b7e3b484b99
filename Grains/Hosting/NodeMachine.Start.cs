using System.Security.Cryptography;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Hosting;

/// <content>Starting: identity, recovery of the log, opening of the replicas.</content>
public sealed partial class NodeMachine
{
    private const string StoreDirectory = "store";
    private readonly Dictionary<GroupId, ReplicaStore> _stores = [];

    /// <summary>Damaged groups of this node without a peer to rebuild them from: they are left as they are.</summary>
    public IReadOnlyCollection<GroupId> Stopped => _stopped;

    /// <summary>Replicas whose log or rows were damaged when the node started: they are rebuilt as others.</summary>
    public IReadOnlyList<(GroupId Group, ReplicaId Replica)> LostAtStart => _lostAtStart;

    private readonly List<(GroupId Group, ReplicaId Replica)> _lostAtStart = [];
    private readonly HashSet<GroupId> _stopped = [];
    private long _formedBy;

    private string StoresPath => Path.Combine(_options.DataDirectory, StoreDirectory);

    /// <summary>Only an empty disk gets an identity. One that has lost its own may hold what is nowhere else: it is
    /// left as it is.</summary>
    private NodeIdentity ReadIdentity()
    {
        if (IdentityFile.Read(_files, _options.DataDirectory, out var exists) is { } identity)
        {
            return identity;
        }

        if (exists || _files.Files(_options.LogDirectory).Count > 0 || _files.DirectoryExists(StoresPath))
        {
            throw new InvalidDataException(
                $"'{_options.DataDirectory}' holds data, and no identity that can be read: nothing was changed. Remove "
                + "data and log to start as another disk, which its peers fill again.");
        }

        identity = new NodeIdentity(DrawTag(), IsFormed: false);
        IdentityFile.Write(_files, _options.DataDirectory, identity);
        return identity;
    }

    private static uint DrawTag() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) | 1;

    private NodeCore Recover()
    {
        using var images = _log.ReadImages();
        var recovered = LogRecovery.Recover(LogOptionsOf(), images.All, Now);
        if (recovered.IsFramingLost)
        {
            // The log cannot tell which groups it lost: nothing of this disk may speak again.
            if (recovered.Groups.Any(IsAlone))
            {
                throw new InvalidDataException(
                    $"The log in '{_options.LogDirectory}' has lost records of unknown groups, "
                    + "and this node has groups without peers to rebuild them from. Nothing was changed.");
            }

            Identity = Identity.Next();
            IdentityFile.Write(_files, _options.DataDirectory, Identity);
            _lostAtStart.AddRange(recovered.Groups.Select(group => (group.Group, group.Replica)));
            recovered = LogRecovery.Recover(LogOptionsOf(), images.All, Now);
        }

        if (recovered.Log is null)
        {
            throw new InvalidDataException(
                $"The log in '{_options.LogDirectory}' is not one that this version reads: {recovered.Status}.");
        }

        var dead = recovered.DeadReplicas.Select(replica => replica.Replica);
        var engine = new NodeEngine(_options.Node.Engine, _options.Self, recovered.Log, dead, _options.Seed);
        var core = new NodeCore(_options.Node, engine, Identity.Tag, _options.Seed);
        foreach (var group in recovered.Groups)
        {
            CheckHome(group);
        }

        _files.CreateDirectory(StoresPath);
        DeleteOrphans(recovered.Groups);
        foreach (var group in recovered.Groups)
        {
            if (TryOpenStore(group) is { } store)
            {
                _stores.Add(group.Group, store);
            }
        }

        // Behind the rows, which need little room to open: the log takes all that it finds.
        while (engine.Log.TryTakePrepare(Now, out var prepare))
        {
            engine.OnPrepared(prepare.Slot, _log.TryPrepare(prepare.Slot), Now);
        }

        foreach (var group in recovered.Groups)
        {
            Open(core, group);
        }

        return core;
    }

    private LogOptions LogOptionsOf() => _options.Log with { LogId = Identity.Tag };

    private void Open(NodeCore core, RecoveredGroup group)
    {
        _stores.Remove(group.Group, out var store);
        var hasPoint = store is not null && AppliedPoint.TryRead(store.Rows, out _);
        var judged = ReplicaRecovery.Judge(group, hasPoint ? store!.Rows : null, core.Engine.Arena);
        if (judged.Verdict != ReplicaVerdict.Open && IsAlone(group))
        {
            store?.Dispose();
            _stopped.Add(group.Group);
            return;
        }

        if (judged.Verdict != ReplicaVerdict.Open || !Identity.Owns(group.Replica))
        {
            store?.Dispose();
            core.Engine.Retire(group.Group, group.Replica);
            ReplicaStore.Delete(_files, PathOf(group.Group, group.Replica));
            _lostAtStart.Add((group.Group, group.Replica));
            return;
        }

        if (store is null)
        {
            ReplicaStore.Delete(_files, PathOf(group.Group, group.Replica));
            store = OpenStore(group.Group, group.Replica);
        }

        _stores[group.Group] = store;
        _checkpoints[group.Group] = judged.Point.Index;
        if (!core.Open(judged, store.Rows, Now))
        {
            throw new StorageFullException($"no room for the log of group {group.Group} in '{_options.LogDirectory}'");
        }
    }

    private ReplicaStore? TryOpenStore(RecoveredGroup group)
    {
        try
        {
            return OpenStore(group.Group, group.Replica);
        }
        catch (StoreDamagedException)
        {
            // The rows are a cache of the log: without them the log alone decides whether the replica is whole.
            return null;
        }
    }

    /// <summary>Whether what is thrown away here could be had nowhere else, by the newest configuration that is known.
    /// </summary>
    private static bool IsAlone(RecoveredGroup group) =>
        NewestConfigurationOf(group) is not { } configuration || configuration.IsOnlyVoter(group.Replica);

    /// <summary>A disk is of one node for ever. Under another number it would answer for replicas that others look for
    /// elsewhere: whoever gives out the numbers has lost them.</summary>
    private void CheckHome(RecoveredGroup group)
    {
        var configuration = NewestConfigurationOf(group) ?? Configuration.Empty;
        if (configuration.TryGet(group.Replica, out var member) && member.Node != _options.Self)
        {
            throw new InvalidDataException(
                $"'{_options.DataDirectory}' is the disk of node {member.Node}, and this is to be node "
                + $"{_options.Self}: the plan of the cluster is another one than this disk was written under. Nothing "
                + "was changed.");
        }
    }

    private static Configuration? NewestConfigurationOf(RecoveredGroup group)
    {
        var bytes = group.BaseConfiguration;
        foreach (var entry in group.Entries)
        {
            bytes = (EntryKind)entry.Kind == EntryKind.Configuration ? entry.Payload : bytes;
        }

        return Configuration.TryDecode(bytes.Span, out var configuration) ? configuration : null;
    }

    private ReplicaStore OpenStore(GroupId group, ReplicaId replica) =>
        ReplicaStore.Open(_files, PathOf(group, replica), _options.JobStore);

    private string PathOf(GroupId group, ReplicaId replica) =>
        Path.Combine(StoresPath, $"{group.Value}-{replica.Value:x16}");

    private void DeleteOrphans(IReadOnlyList<RecoveredGroup> groups)
    {
        var known = groups.Select(group => PathOf(group.Group, group.Replica)).ToHashSet(StringComparer.Ordinal);
        foreach (var directory in _files.Directories(StoresPath))
        {
            if (!known.Contains(directory))
            {
                _files.DeleteDirectory(directory);
            }
        }
    }

    /// <summary>
    /// A new disk that is to form a cluster gets every group, with itself as the only voter. What a crash left of an
    /// earlier try never spoke to anyone.
    /// </summary>
    private void FormIfNew()
    {
        if (!_options.Forms || Identity.IsFormed)
        {
            return;
        }

        for (var number = 0; number <= _options.Node.VNodeCount; number++)
        {
            var group = new GroupId(number);
            var replica = Identity.Replica((uint)number + 1);
            if (Core.Find(group) is null && !_stopped.Contains(group) && !Core.Engine.IsDead(replica))
            {
                var voter = new Member(replica, _options.Self, MemberKind.Voter);
                var isCreated = Create(group, replica, new Configuration([voter]));
                Invariant.Require(isCreated);
                _formedBy = long.MaxValue;
            }
        }
    }

    private bool Create(GroupId group, ReplicaId replica, Configuration configuration)
    {
        ReplicaStore.Delete(_files, PathOf(group, replica));
        var store = OpenStore(group, replica);
        if (!Core.Create(group, replica, configuration, store.Rows, Now))
        {
            store.Dispose();
            return false;
        }

        _stores[group] = store;
        _checkpoints[group] = default;
        return true;
    }

    private void MarkFormed(long synced)
    {
        if (Identity.IsFormed || Core.Replicas.Count == 0 || synced < _formedBy)
        {
            return;
        }

        try
        {
            var formed = Identity with { IsFormed = true };
            IdentityFile.Write(_files, _options.DataDirectory, formed);
            Identity = formed;
        }
        catch (StorageFullException)
        {
            // With the next sync again: until then a crash would only look for groups that are there.
            _formedBy = synced;
        }
    }
}
