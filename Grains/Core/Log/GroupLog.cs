namespace TimeMachine.Core.Log;

/// <summary>What the node log knows of one group's live replica: its live facts and where they lie.</summary>
/// <param name="group">The group.</param>
/// <param name="replica">The replica.</param>
internal sealed class GroupLog(GroupId group, ReplicaId replica)
{
    /// <summary>The epoch of a fact that lies in the open batch: newer than any segment.</summary>
    public const uint InOpenBatch = uint.MaxValue;

    private readonly List<(LogIndex First, Term Term)> _termRuns = [];
    private readonly List<(LogIndex Index, byte[] Configuration)> _configurations = [];

    /// <summary>The group.</summary>
    public GroupId Group { get; } = group;

    /// <summary>The replica.</summary>
    public ReplicaId Replica { get; } = replica;

    /// <summary>The number of the replica's next record.</summary>
    public ulong NextSequence { get; set; } = 1;

    /// <summary>Whether recovery or a rewrite found it damaged: it only waits to be ended.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>The epoch that holds the mark of the damage; 0 when none does.</summary>
    public uint DamagedEpoch { get; set; }

    /// <summary>The term of the last hard state.</summary>
    public Term Term { get; private set; }

    /// <summary>Its vote.</summary>
    public ReplicaId Vote { get; private set; }

    /// <summary>Its commit index.</summary>
    public LogIndex Commit { get; private set; }

    /// <summary>The epoch that holds the last hard state; 0 before there was one.</summary>
    public uint HardStateEpoch { get; set; }

    /// <summary>Whether there was a hard state.</summary>
    public bool HasHardState { get; private set; }

    /// <summary>The epoch that holds the last GroupStart with the present base; 0 when none does.</summary>
    public uint StartEpoch { get; set; }

    /// <summary>The point before the first entry kept.</summary>
    public LogIndex BaseIndex { get; private set; }

    /// <summary>Its term.</summary>
    public Term BaseTerm { get; private set; }

    /// <summary>The configuration in force there.</summary>
    public byte[] BaseConfiguration { get; private set; } = [];

    /// <summary>The bytes of the longest configuration that a checkpoint may make the one at the base.</summary>
    public int ConfigurationBytesMax
    {
        get
        {
            var bytes = BaseConfiguration.Length;
            foreach (var (_, configuration) in _configurations)
            {
                bytes = Math.Max(bytes, configuration.Length);
            }

            return bytes;
        }
    }

    /// <summary>Where the entries lie.</summary>
    public EntryTable Entries { get; } = new();

    /// <summary>The entries up to here are in a durable checkpoint.</summary>
    public LogIndex Checkpoint { get; private set; }

    /// <summary>The bytes of the entries behind the checkpoint.</summary>
    public long LagBytes { get; private set; }

    /// <summary>Remembers a hard state.</summary>
    public void SetHardState(Term term, ReplicaId vote, LogIndex commit)
    {
        (Term, Vote, Commit, HasHardState) = (term, vote, commit, true);
        HardStateEpoch = InOpenBatch;
    }

    /// <summary>
    /// The log restarts behind a point: all entries are gone, everything up to there is in a checkpoint.
    /// </summary>
    public void Restart(LogIndex baseIndex, Term baseTerm, ReadOnlySpan<byte> configuration)
    {
        (BaseIndex, BaseTerm, BaseConfiguration) = (baseIndex, baseTerm, configuration.ToArray());
        (Checkpoint, LagBytes) = (baseIndex, 0);
        Entries.Reset(baseIndex + 1);
        _termRuns.Clear();
        _configurations.Clear();
        StartEpoch = InOpenBatch;
    }

    /// <summary>Adds an entry behind the last, or in place of all from its index on.</summary>
    public void Append(LogIndex index, Term term, EntrySpot spot)
    {
        TruncateFrom(index);
        Entries.Append(spot);
        LagBytes += spot.Length;
        if (_termRuns.Count == 0 || _termRuns[^1].Term != term)
        {
            _termRuns.Add((index, term));
        }
    }

    /// <summary>Remembers the configuration that the entry at <paramref name="index"/> carries.</summary>
    public void AddConfiguration(LogIndex index, ReadOnlySpan<byte> configuration) =>
        _configurations.Add((index, configuration.ToArray()));

    /// <summary>Moves the checkpoint forward; an older one has no effect.</summary>
    public void SetCheckpoint(LogIndex checkpoint)
    {
        for (var index = Checkpoint + 1; index <= checkpoint; index += 1)
        {
            LagBytes -= Entries[index].Length;
        }

        Checkpoint = checkpoint > Checkpoint ? checkpoint : Checkpoint;
    }

    /// <summary>Drops the entries up to a checkpointed index; the start must be written again then.</summary>
    public void MoveBase(LogIndex index)
    {
        Invariant.Require(index > BaseIndex && index <= Checkpoint);
        BaseTerm = TermAt(index);
        BaseIndex = index;
        Entries.DropThrough(index);
        while (_configurations.Count > 0 && _configurations[0].Index <= index)
        {
            BaseConfiguration = _configurations[0].Configuration;
            _configurations.RemoveAt(0);
        }

        while (_termRuns.Count > 1 && _termRuns[1].First <= index + 1)
        {
            _termRuns.RemoveAt(0);
        }

        StartEpoch = 0;
    }

    /// <summary>The term of a kept entry, or of the base.</summary>
    public Term TermAt(LogIndex index)
    {
        Invariant.Require(index >= BaseIndex && index <= Entries.Last);
        if (index == BaseIndex)
        {
            return BaseTerm;
        }

        var run = _termRuns.Count - 1;
        while (_termRuns[run].First > index)
        {
            run--;
        }

        return _termRuns[run].Term;
    }

    private void TruncateFrom(LogIndex index)
    {
        Invariant.Require(index > BaseIndex && index <= Entries.Last + 1);
        Invariant.Require(index > Checkpoint);
        for (var dropped = index; dropped <= Entries.Last; dropped += 1)
        {
            LagBytes -= Entries[dropped].Length;
        }

        Entries.TruncateFrom(index);
        while (_configurations.Count > 0 && _configurations[^1].Index >= index)
        {
            _configurations.RemoveAt(_configurations.Count - 1);
        }

        while (_termRuns.Count > 0 && _termRuns[^1].First >= index)
        {
            _termRuns.RemoveAt(_termRuns.Count - 1);
        }
    }
}
