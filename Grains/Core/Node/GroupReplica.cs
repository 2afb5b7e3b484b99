using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>One replica's state machine, its store, and what waits for its entries to be applied.</summary>
/// <param name="group">The group.</param>
/// <param name="store">The replica's rows.</param>
/// <param name="machine">The state machine over them.</param>
/// <param name="point">How far the rows go.</param>
public sealed class GroupReplica(GroupId group, IRowStore store, IStateMachine machine, AppliedPoint point)
{
    /// <summary>The group.</summary>
    public GroupId Group { get; } = group;

    /// <summary>The replica's rows.</summary>
    public IRowStore Store { get; } = store;

    /// <summary>The state machine.</summary>
    public IStateMachine Machine { get; } = machine;

    /// <summary>How far the rows go.</summary>
    public AppliedPoint Point { get; private set; } = point;

    /// <summary>Proposals of this node that are not applied yet.</summary>
    public ProposedEntries Proposed { get; } = new();

    /// <summary>The commands of the entry that is proposed at the next turn.</summary>
    public CommandBatch Batch { get; } = new();

    /// <summary>Who waits for each of them.</summary>
    public List<ulong> BatchTokens { get; } = [];

    /// <summary>Confirmed reads that wait for their index to be applied.</summary>
    public List<(ulong Token, LogIndex Index)> Reads { get; } = [];

    /// <summary>The term in which this replica leads and has applied an entry of its own; else zero.</summary>
    public Term ArmedTerm { get; set; }

    /// <summary>Whether its rows turned out to be damaged: nothing of it is read, applied or made durable any more.
    /// </summary>
    public bool IsDamaged { get; set; }

    /// <summary>Applies one committed entry.</summary>
    /// <param name="entry">The next entry.</param>
    /// <param name="output">Answers and effects, in the order of the entry's commands.</param>
    public void Apply(in Entry entry, ApplyOutput output)
    {
        Invariant.Require(entry.Index == Point.Index + 1);
        Machine.Apply(entry.Index, entry.Term, entry.Kind, entry.Payload, output);
        var configuration = Point.Configuration;
        if (entry.Kind == EntryKind.Configuration)
        {
            var isValid = Configuration.TryDecode(entry.Payload.Span, out var changed);
            Invariant.Require(isValid && changed is not null);
            configuration = changed;
        }

        Point = new AppliedPoint(entry.Index, entry.Term, configuration);
    }

    /// <summary>Writes into the store what makes its rows a whole checkpoint or image.</summary>
    public void WriteCheckpoint()
    {
        Machine.WriteCheckpoint();
        Point.Write(Store);
    }
}
