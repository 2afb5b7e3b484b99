using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

/// <summary>What one group's log must hold, kept whole and simple.</summary>
internal sealed class ModelGroup(ReplicaId replica)
{
    public ReplicaId Replica { get; } = replica;

    public Term Term { get; set; }

    public ReplicaId Vote { get; set; }

    public LogIndex Commit { get; set; }

    public LogIndex BaseIndex { get; set; }

    public Term BaseTerm { get; set; }

    public byte[] BaseConfiguration { get; set; } = [];

    public SortedDictionary<long, LogEntry> Entries { get; } = [];

    public LogIndex Checkpoint { get; set; }

    public LogIndex Last => Entries.Count == 0 ? BaseIndex : new LogIndex(Entries.Keys.Last());

    public ModelGroup Clone()
    {
        var clone = new ModelGroup(Replica)
        {
            Term = Term,
            Vote = Vote,
            Commit = Commit,
            BaseIndex = BaseIndex,
            BaseTerm = BaseTerm,
            BaseConfiguration = BaseConfiguration,
            Checkpoint = Checkpoint,
        };
        foreach (var (index, entry) in Entries)
        {
            clone.Entries.Add(index, entry);
        }

        return clone;
    }

    public void TruncateFrom(LogIndex index)
    {
        foreach (var dropped in Entries.Keys.Where(key => key >= index.Value).ToList())
        {
            Entries.Remove(dropped);
        }
    }

    public Term TermAt(LogIndex index) => index == BaseIndex ? BaseTerm : Entries[index.Value].Term;

    public byte[] ConfigurationAt(LogIndex index)
    {
        var entries = Entries.Values.Where(
            entry => entry.Index <= index && entry.Kind == LogFormat.ConfigurationEntryKind).ToList();
        return entries.Count == 0 ? BaseConfiguration : entries[^1].Payload.ToArray();
    }

    public void ShouldBe(RecoveredGroup recovered, LogIndex checkpoint)
    {
        Assert.Equal(GroupStatus.Ok, recovered.Status);
        Assert.Equal(Replica, recovered.Replica);
        Assert.Equal((Term, Vote, Commit), (recovered.Term, recovered.Vote, recovered.Commit));
        Assert.True(recovered.BaseIndex >= BaseIndex);
        Assert.True(recovered.BaseIndex <= (checkpoint > BaseIndex ? checkpoint : BaseIndex));
        Assert.Equal(TermAt(recovered.BaseIndex), recovered.BaseTerm);
        Assert.Equal(ConfigurationAt(recovered.BaseIndex), recovered.BaseConfiguration.ToArray());
        Assert.Equal(Last - recovered.BaseIndex, recovered.Entries.Count);
        foreach (var entry in recovered.Entries)
        {
            var expected = Entries[entry.Index.Value];
            Assert.Equal((expected.Index, expected.Term, expected.Kind), (entry.Index, entry.Term, entry.Kind));
            Assert.True(expected.Payload.Span.SequenceEqual(entry.Payload.Span));
        }
    }
}
