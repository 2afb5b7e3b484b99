using System.IO.Hashing;
using TimeMachine.Core.Raft;

namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>The hooks in the core's own types.</summary>
public sealed partial class RaftChecker
{
    private readonly List<EntryFact> _facts = [];

    /// <summary>What the checkers keep of an entry.</summary>
    public static EntryFact FactOf(in Entry entry) => new(
        entry.Term,
        entry.Kind == EntryKind.Configuration,
        XxHash3.HashToUInt64(entry.Payload.Span, (long)entry.Kind));

    /// <summary>Call it for each Ready taken from a core, before anything of it is carried out.</summary>
    public void ReadyTaken(ReplicaWatch watch, RaftCore core, RaftReady ready)
    {
        _facts.Clear();
        for (var index = ready.PersistFirst; index <= ready.PersistLast; index += 1)
        {
            if (core.Log.TryGet(index, out var entry))
            {
                _facts.Add(FactOf(entry));
            }
        }

        var hard = ready.HardState;
        ReadyTaken(
            watch,
            ready.PersistFirst,
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_facts),
            ready.MustPersistHardState ? new HardFact(hard.Term, hard.Vote, hard.Commit) : null);
    }

    /// <summary>Call it after every event for each group whose core took a step; after <c>ReadyTaken</c>.</summary>
    public void Observe(ReplicaWatch watch, RaftCore core)
    {
        if (watch.ConfigurationIndex != core.ConfigurationIndex || watch.Voters.Count == 0)
        {
            ConfigurationObserved(watch, core.ConfigurationIndex, VotersOf(core.Configuration));
        }

        PersistedCounted(watch, core.PersistedIndex);
        Observe(watch, new ReplicaState
        {
            IsLeader = core.Role == RaftRole.Leader,
            Term = core.Term,
            Vote = core.Vote,
            Commit = core.CommitIndex,
            Last = core.Log.LastIndex,
        });
    }

    /// <summary>Call it for each message at the moment it really leaves its node.</summary>
    /// <param name="watch">The sender.</param>
    /// <param name="message">The message.</param>
    public void MessageLeft(ReplicaWatch watch, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.RequestVote:
                VoteRequestLeft(watch, message.Term);
                break;
            case RaftMessageKind.VoteResponse when !message.IsRejected:
                VoteGrantLeft(watch, message.To, message.Term);
                break;
            case RaftMessageKind.AppendResponse when !message.IsRejected:
                AppendAckLeft(watch, message.Term, message.Index);
                break;
            default:
                CommitLeft(watch, message);
                break;
        }
    }

    /// <summary>Notes only what a message lets its receiver commit.</summary>
    /// <param name="watch">The sender, which may have ended since.</param>
    /// <param name="message">The message.</param>
    public static void CommitLeft(ReplicaWatch watch, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.AppendEntries:
                var covered = message.Index + message.EntryCount;
                CommitTold(watch, message.To, message.Commit < covered ? message.Commit : covered);
                break;
            case RaftMessageKind.Heartbeat:
                CommitTold(watch, message.To, message.Commit);
                break;
            case RaftMessageKind.InstallSnapshot:
                CommitTold(watch, message.To, message.Index);
                break;
            default:
                // Nothing else lets anybody commit.
                break;
        }
    }

    private static List<ReplicaId> VotersOf(Configuration configuration)
    {
        var voters = new List<ReplicaId>(configuration.VoterCount);
        foreach (var member in configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                voters.Add(member.Replica);
            }
        }

        return voters;
    }
}
