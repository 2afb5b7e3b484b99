using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>What survives a crash of a replica.</summary>
internal sealed class TestDisk(Configuration configuration)
{
    public LogIndex BaseIndex { get; private set; }

    public Term BaseTerm { get; private set; }

    public Configuration BaseConfiguration { get; private set; } = configuration;

    public HardState HardState { get; set; }

    public List<SavedEntry> Entries { get; } = [];

    public LogIndex LastIndex => BaseIndex + Entries.Count;

    public Term? TermAt(LogIndex index) => index == BaseIndex ? BaseTerm : Find(index)?.Term;

    public SavedEntry? Find(LogIndex index) =>
        index > BaseIndex && index <= LastIndex ? Entries[(int)(index - BaseIndex) - 1] : null;

    /// <summary>Writes the first records of a write: all of it, or a torn part.</summary>
    public void Write(DiskWrite write, int entries)
    {
        HardState = write.HardState ?? HardState;
        for (var i = 0; i < entries; i++)
        {
            var at = (int)(write.First + i - BaseIndex) - 1;
            if (at < 0)
            {
                continue;
            }

            Assert.True(at <= Entries.Count, "a gap in the log");
            Entries.RemoveRange(at, Entries.Count - at);
            Entries.Add(write.Entries[i]);
        }
    }

    public void Restart(LogIndex index, Term term, Configuration configuration)
    {
        Entries.Clear();
        (BaseIndex, BaseTerm, BaseConfiguration) = (index, term, configuration);
    }

    public void Compact(LogIndex index, Term term, Configuration configuration)
    {
        Entries.RemoveRange(0, (int)(index - BaseIndex));
        (BaseIndex, BaseTerm, BaseConfiguration) = (index, term, configuration);
    }

    public RaftStart Start(ReplicaId self, PayloadArena arena, LogIndex applied)
    {
        var log = new RaftLog(arena, BaseIndex, BaseTerm, BaseConfiguration);
        foreach (var entry in Entries)
        {
            log.Append(entry.Term, entry.Kind, entry.Payload);
        }

        return new RaftStart
        {
            Group = TestReplica.Group,
            Self = self,
            HardState = HardState,
            Log = log,
            Arena = arena,
            Applied = applied,
        };
    }
}
