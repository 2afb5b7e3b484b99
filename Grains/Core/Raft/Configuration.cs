using System.Diagnostics.CodeAnalysis;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Raft;

/// <summary>The members of a group. Immutable; in the order of their replica ids.</summary>
public sealed class Configuration
{
    /// <summary>The most voters of a group.</summary>
    public const int VotersMax = 7;

    /// <summary>The most members of a group.</summary>
    public const int MembersMax = 64;

    private const byte Version = 1;
    private readonly Member[] _members;

    /// <summary>Makes a configuration of the members given, in any order.</summary>
    /// <exception cref="InvariantViolationException">A replica twice, or more than the limits.</exception>
    public Configuration(IEnumerable<Member> members)
    {
        _members = [.. members];
        Array.Sort(_members, static (a, b) => a.Replica.CompareTo(b.Replica));
        for (var i = 1; i < _members.Length; i++)
        {
            Invariant.Require(_members[i - 1].Replica != _members[i].Replica);
        }

        foreach (var member in _members)
        {
            VoterCount += member.Kind == MemberKind.Voter ? 1 : 0;
        }

        Invariant.Require(_members.Length <= MembersMax);
        Invariant.Require(VoterCount <= VotersMax);
    }

    /// <summary>No members: a learner that waits for its leader's first entries.</summary>
    public static Configuration Empty { get; } = new([]);

    /// <summary>The members, by replica id.</summary>
    public ReadOnlySpan<Member> Members => _members;

    /// <summary>Whether what a replica holds is nowhere else: it votes, and nobody else does.</summary>
    public bool IsOnlyVoter(ReplicaId replica) => VoterCount == 1 && IsVoter(replica);

    /// <summary>How many of them vote.</summary>
    public int VoterCount { get; }

    /// <summary>How many votes or copies decide.</summary>
    public int Quorum => (VoterCount / 2) + 1;

    /// <summary>Finds a member.</summary>
    public bool TryGet(ReplicaId replica, out Member member)
    {
        foreach (var candidate in _members)
        {
            if (candidate.Replica == replica)
            {
                member = candidate;
                return true;
            }
        }

        member = default;
        return false;
    }

    /// <summary>Whether the replica is a voter.</summary>
    public bool IsVoter(ReplicaId replica) => TryGet(replica, out var member) && member.Kind == MemberKind.Voter;

    /// <summary>The configuration after a change.</summary>
    /// <returns>Null if the change does not fit: a replica added twice, a node with two replicas, an unknown replica,
    /// no voter left, or a limit.</returns>
    public Configuration? With(ConfigurationChange change)
    {
        var isMember = TryGet(change.Replica, out var member);
        return change.Kind switch
        {
            ConfigurationChangeKind.AddLearner => isMember ? null : Add(change),
            ConfigurationChangeKind.Promote => isMember ? Promote(member) : null,
            ConfigurationChangeKind.Remove => isMember ? Remove(member) : null,
            _ => null,
        };
    }

    /// <summary>Encodes the configuration; form: docs/formats/raft-message.md.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.VarInt(_members.Length);
        foreach (var member in _members)
        {
            writer.U64(member.Replica.Value);
            writer.U16((ushort)member.Node.Value);
            writer.U8((byte)member.Kind);
        }

        return writer.Written.ToArray();
    }

    /// <summary>Decodes a configuration; false for anything that <see cref="Encode"/> does not write.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Configuration? configuration)
    {
        configuration = null;
        var reader = new ByteReader(bytes);
        if (reader.U8() != Version)
        {
            return false;
        }

        var count = reader.VarInt(MembersMax);
        var members = new List<Member>();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            members.Add(new Member(
                new ReplicaId(reader.U64()), new NodeId(reader.U16()), (MemberKind)reader.U8()));
        }

        if (!reader.AtEnd || !IsValid(members))
        {
            return false;
        }

        configuration = new Configuration(members);
        return true;
    }

    private static bool IsValid(List<Member> members)
    {
        var voters = 0;
        for (var i = 0; i < members.Count; i++)
        {
            var isKnown = members[i].Kind is MemberKind.Voter or MemberKind.Learner;
            var isNamed = members[i].Replica != ReplicaId.None && members[i].Node != NodeId.None;
            var isInOrder = i == 0 || members[i - 1].Replica < members[i].Replica;
            if (!isKnown || !isNamed || !isInOrder)
            {
                return false;
            }

            voters += members[i].Kind == MemberKind.Voter ? 1 : 0;
        }

        return voters <= VotersMax;
    }

    private Configuration? Add(ConfigurationChange change)
    {
        foreach (var member in _members)
        {
            if (member.Node == change.Node)
            {
                return null;
            }
        }

        return _members.Length == MembersMax || change.Replica == ReplicaId.None || change.Node == NodeId.None
            ? null
            : new Configuration([.. _members, new Member(change.Replica, change.Node, MemberKind.Learner)]);
    }

    private Configuration? Promote(Member member) =>
        member.Kind == MemberKind.Voter || VoterCount == VotersMax
            ? null
            : new Configuration(Replaced(member, member with { Kind = MemberKind.Voter }));

    private Configuration? Remove(Member member) =>
        member.Kind == MemberKind.Voter && VoterCount == 1 ? null : new Configuration(Replaced(member, null));

    private List<Member> Replaced(Member old, Member? by)
    {
        var members = new List<Member>();
        foreach (var member in _members)
        {
            if (member != old)
            {
                members.Add(member);
            }
            else if (by is { } changed)
            {
                members.Add(changed);
            }
        }

        return members;
    }
}
