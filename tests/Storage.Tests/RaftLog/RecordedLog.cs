using TimeMachine.Core.Log;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>A log of several groups as its directory left it on a disk, and what it must hold after each batch.
/// </summary>
internal sealed class RecordedLog
{
    public const string Path = "/data/raft";
    private readonly List<SortedDictionary<int, RecordedGroup>> _after = [[]];
    private readonly SortedDictionary<int, RecordedGroup> _now = [];
    private SplitMix64 _draw;

    private RecordedLog(ulong seed, LogOptions options)
    {
        _draw = new SplitMix64(seed);
        Options = options;
    }

    public static LogOptions SmallOptions { get; } = new()
    {
        LogId = 0x0123_4567_89AB_CDEF,
        SegmentBytes = 8 * 1024,
        SlotsMax = 12,
        RetainBytes = 1024 * 1024,
        RetainMs = 1_000_000,
        ReserveBytes = 8 * 1024,
    };

    public LogOptions Options { get; }

    public SimFileSystem Files { get; } = new();

    /// <summary>Where each batch ends, by its number from 1.</summary>
    public List<(int Slot, int End)> Ends { get; } = [];

    /// <summary>The number of the last batch.</summary>
    public int Last => _after.Count - 1;

    /// <summary>Records a log.</summary>
    /// <param name="options">The sizes.</param>
    /// <param name="seed">What is drawn.</param>
    /// <param name="batches">How many batches.</param>
    /// <param name="isMarked">Whether the log came to rest, so that its last batch is stated to be synced.</param>
    /// <param name="payloadBytesMax">The most bytes of an entry.</param>
    public static RecordedLog Of(
        LogOptions options, ulong seed, int batches, bool isMarked, int payloadBytesMax = 400)
    {
        var recorded = new RecordedLog(seed, options);
        using var directory = LogDirectory.Open(recorded.Files, Path, options.SegmentBytes);
        var log = LogRecovery.Recover(options, [], new MonoMs(1)).Log!;
        for (var batch = 1; batch <= batches; batch++)
        {
            while (log.TryTakePrepare(new MonoMs(1), out var prepare))
            {
                log.OnPrepared(prepare.Slot, directory.TryPrepare(prepare.Slot), new MonoMs(1));
            }

            recorded.Append(log, batch, payloadBytesMax);
            recorded.Write(directory, log, log.Seal(new MonoMs(2))!);
        }

        if (isMarked)
        {
            Assert.True(log.TrySealIdleMarker(new MonoMs(1_000), out var marker));
            recorded.Write(directory, log, marker!);
        }

        return recorded;
    }

    /// <summary>What the slots hold, in bytes that a test may damage.</summary>
    public List<byte[]> Slots() => [.. Files.Files(Path).Select(Files.Content)];

    /// <summary>What recovery makes of slots; slots that no batch lies in may be left out.</summary>
    public LogRecoveryResult Recover(IReadOnlyList<byte[]> slots) => LogRecovery.Recover(
        Options, [.. slots.Select((bytes, slot) => new SegmentImage(slot, bytes))], new MonoMs(9_000));

    /// <summary>The slots that batches lie in, in their order.</summary>
    public IEnumerable<int> UsedSlots => Ends.Select(static end => end.Slot).Distinct();

    /// <summary>Requires every group that is served to be as after the batch that the recovery says is the last, and
    /// every other to be called damaged.</summary>
    /// <returns>How many are damaged.</returns>
    public int ShouldServeTheTruth(LogRecoveryResult recovered, string where)
    {
        Assert.Equal(LogRecoveryStatus.Recovered, recovered.Status);
        var truth = _after[(int)recovered.NextBatch - 1];
        var found = recovered.Groups.ToDictionary(static group => group.Group.Value);
        foreach (var group in recovered.Groups.Where(static group => group.Status == GroupStatus.Ok))
        {
            var wasBorn = truth.TryGetValue(group.Group.Value, out var whole);
            Assert.True(wasBorn, $"{where}: group {group.Group} was not born");
            whole!.ShouldBe(group, where);
        }

        foreach (var id in truth.Keys.Where(id => !found.ContainsKey(id)))
        {
            Assert.True(recovered.IsFramingLost, $"{where}: group {id} is gone");
        }

        return recovered.Groups.Count(static group => group.Status == GroupStatus.Damaged);
    }

    private void Append(NodeLog log, int batch, int payloadBytesMax)
    {
        var id = batch <= 3 ? batch : (int)_draw.Between(1, 3);
        for (; id <= 3; id += (int)_draw.Between(1, 3))
        {
            var group = new GroupId(id);
            if (_now.TryAdd(id, RecordedGroup.New))
            {
                log.StartGroup(group, new ReplicaId((ulong)id + 70), default, default, [9]);
            }

            AppendEntry(log, group, payloadBytesMax);
            if (_draw.Chance(1, 3))
            {
                var (term, vote) = (new Term(batch), new ReplicaId((ulong)batch));
                log.AppendHardState(group, term, vote, default);
                _now[id] = _now[id] with { Term = term, Vote = vote };
            }
        }
    }

    private void AppendEntry(NodeLog log, GroupId group, int payloadBytesMax)
    {
        var payload = new byte[_draw.Between(1, payloadBytesMax)];
        for (var at = 0; at < payload.Length; at++)
        {
            payload[at] = (byte)_draw.Next();
        }

        var count = _now[group.Value].Entries.Count;
        var index = new LogIndex(count > 2 && _draw.Chance(1, 5) ? count - 1 : count + 1);
        var entry = new LogEntry(index, new Term(3), 2, payload);
        Assert.Equal(LogAppendStatus.Appended, log.AppendEntry(group, index, entry.Term, entry.Kind, payload));
        _now[group.Value] = _now[group.Value].With(entry);
    }

    private void Write(LogDirectory directory, NodeLog log, LogBatch batch)
    {
        foreach (var operation in batch.Operations)
        {
            directory.Write(operation);
        }

        directory.Sync(batch.Slot);
        Ends.Add((batch.Slot, batch.Operations[^1].Offset + batch.PaddedBytes));
        _after.Add(new SortedDictionary<int, RecordedGroup>(_now));
        log.OnSynced(batch.Number, new MonoMs(3));
    }
}
