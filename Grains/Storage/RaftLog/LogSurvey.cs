using TimeMachine.Core.Log;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.RaftLog;

/// <summary>A node's log, looked at from outside: nothing is changed, and nobody need have stopped.</summary>
internal sealed class LogSurvey : IDisposable
{
    private const int LooksMax = 3;
    private readonly SegmentImages _images = new();
    private readonly List<SlotSurvey> _slots = [];
    private readonly List<LogFinding> _findings = [];

    /// <summary>The slots, by number.</summary>
    public IReadOnlyList<SlotSurvey> Slots => _slots;

    /// <summary>The log's id, by its newest segment.</summary>
    public ulong LogId { get; private set; }

    /// <summary>The size of its segments, in bytes; 0 if none is known.</summary>
    public int SegmentBytes { get; private set; }

    /// <summary>The lowest epoch that counts.</summary>
    public uint OldestEpoch { get; private set; }

    /// <summary>The epoch that the log ends in.</summary>
    public uint TailEpoch { get; private set; }

    /// <summary>What recovery makes of it; null if there is no segment.</summary>
    public LogRecoveryResult? Recovered { get; private set; }

    /// <summary>All that is not as it was written.</summary>
    public IReadOnlyList<LogFinding> Findings => _findings;

    /// <summary>Looks at a log. What is written meanwhile may look torn, so what is found must be there each time.
    /// </summary>
    public static LogSurvey Of(IFileSystem files, string directory)
    {
        var survey = Once(files, directory);
        for (var look = 1; look < LooksMax && survey._findings.Count > 0; look++)
        {
            var before = survey;
            survey = Once(files, directory);
            survey._findings.RemoveAll(finding => !before._findings.Contains(finding));
            before.Dispose();
        }

        return survey;
    }

    /// <summary>Gives the memory back; what recovery made of it is not to be used any more.</summary>
    public void Dispose() => _images.Dispose();

    /// <summary>What a slot is to the log.</summary>
    public string StateOf(SlotSurvey slot) => slot switch
    {
        { IsEmpty: true } => "free",
        { Epoch: 0 } => "unknown",
        _ when IsForeign(slot) => "foreign",
        _ when slot.Epoch < OldestEpoch => "free",
        _ when slot.Epoch > TailEpoch => "cut",
        _ => "used",
    };

    private static LogSurvey Once(IFileSystem files, string directory)
    {
        var survey = new LogSurvey();
        foreach (var path in files.Files(directory))
        {
            if (LogDirectory.SlotOf(path) is { } slot)
            {
                using var file = files.Open(path, FileOpening.Read);
                survey._images.Add(slot, file);
            }
        }

        foreach (var image in survey._images.All)
        {
            var slot = new SlotSurvey(image.Slot, image.Bytes);
            slot.Look();
            survey._slots.Add(slot);
        }

        survey.Judge();
        return survey;
    }

    private void Judge()
    {
        if (_slots.MaxBy(static slot => slot.Epoch) is not { Epoch: > 0 } newest)
        {
            _findings.Add(new LogFinding(null, null, null, "there is no segment of a log"));
            return;
        }

        LogId = newest.LogId;
        SegmentBytes = _slots.Max(static slot => slot.Header?.SegmentBytes ?? slot.Length);
        Recovered = LogRecovery.Recover(OptionsOf(), _images.All, new MonoMs(0));
        if (Recovered.Status != LogRecoveryStatus.Recovered)
        {
            _findings.Add(new LogFinding(null, null, null, $"recovery refuses it: {Recovered.Status}"));
            return;
        }

        TailEpoch = _slots.Find(slot => slot.Slot == Recovered.TailSlot)?.Epoch ?? 0;
        OldestEpoch = _slots.Where(slot => !IsForeign(slot) && slot.Epoch <= TailEpoch).Max(slot => slot.OldestEpoch);
        CheckSlots();
        CheckGroups(Recovered);
    }

    private LogOptions OptionsOf()
    {
        var least = Math.Max(SegmentBytes, LogOptions.SegmentBytesMin);
        return new LogOptions
        {
            LogId = LogId,
            SegmentBytes = (least + 4_095) / 4_096 * 4_096,
            ReserveBytes = 0,
        };
    }

    private void CheckSlots()
    {
        var used = _slots.FindAll(slot => StateOf(slot) == "used");
        foreach (var slot in _slots)
        {
            if (IsForeign(slot) && slot.Epoch > 0)
            {
                _findings.Add(new LogFinding(slot.Slot, 0, null, "it belongs to another log or slot"));
            }
        }

        foreach (var slot in used)
        {
            var next = used.Find(other => other.Header?.PreviousEpoch == slot.Epoch);
            var end = slot.Epoch == TailEpoch ? Recovered!.TailOffset : next?.Header?.PreviousEnd ?? slot.BytesUsed;
            slot.Check(end, SegmentBytes);
            _findings.AddRange(slot.Findings);
        }
    }

    private void CheckGroups(LogRecoveryResult recovered)
    {
        foreach (var group in recovered.Groups.Where(static group => group.Status == GroupStatus.Damaged))
        {
            _findings.Add(new LogFinding(null, null, group.Group.Value, "its replica is damaged"));
        }

        if (recovered.IsFramingLost)
        {
            _findings.Add(new LogFinding(null, null, null, "records of groups that nothing names any more are lost"));
        }

        if (recovered.DamageCount > 0 && _findings.Count == 0)
        {
            _findings.Add(new LogFinding(null, null, null, $"recovery counts {recovered.DamageCount} bad places"));
        }
    }

    private bool IsForeign(SlotSurvey slot) =>
        slot.LogId != LogId || (slot.Header is { } header && header.Slot != slot.Slot);
}
