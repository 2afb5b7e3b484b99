using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>What the host knows of its node at a turn.</summary>
/// <param name="Now">Monotonic time.</param>
/// <param name="DueNow">The node's own due clock, told to the peers.</param>
public readonly record struct TurnContext(MonoMs Now, UnixMs DueNow);

/// <content>The turn.</content>
public sealed partial class NodeEngine
{
    private readonly RaftReady _ready = new();

    /// <summary>When the next turn is due at the latest, if no input comes before.</summary>
    public MonoMs NextDeadline
    {
        get
        {
            var next = _nextHeartbeat < _earliestDeadline ? _nextHeartbeat : _earliestDeadline;
            next = next < _nextCompaction ? next : _nextCompaction;
            next = next < _log.NextDeadline ? next : _log.NextDeadline;
            var retry = _sealNow + BlockedRetryMs;
            return _blocked is not null && retry < next ? retry : next;
        }
    }

    /// <summary>Says in one line what the engine has to do: for logs and traces.</summary>
    public string Describe()
    {
        var waiting = 0;
        foreach (var link in _linkOrder)
        {
            waiting += link.Waiting.Count;
        }

        return $"touched {_touched.Count}, blocked {_blocked is not null}, waiting appends {waiting}, "
            + $"arrivals {_arrivals.Count}, wanted {_wanted.Count}, log full {_log.IsFull}, "
            + $"reserve {_log.IsAtReserve}, sealed {_lastSealed}, synced {_lastSynced}, "
            + $"notes {_notes.Count}, open records {_hasOpenRecords}";
    }

    /// <summary>Told of each Ready before anything of it is carried out: for checkers.</summary>
    public Action<RaftCore, RaftReady>? ReadyObserver { get; set; }

    /// <summary>Whether a turn before the next deadline would give out anything.</summary>
    public bool HasWork
    {
        get
        {
            var hasInput = _blocked is null && _touched.Count > 0;
            if (hasInput || _mayReadAgain || _arrivals.Count > 0 || _wanted.Count > 0)
            {
                return true;
            }

            foreach (var link in _linkOrder)
            {
                if (link.HasOutgoing(_options.PeerUnseenBytesMax))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Does one turn and gives out everything that follows from the inputs since the last.</summary>
    public void Advance(in TurnContext turn, EngineOutput output)
    {
        output.Clear();
        _framesUsed = 0;
        Tick(turn.Now);
        BeatHearts(turn.Now);
        HastenReads(turn.Now);
        RetryImages(turn.Now);
        Compact(turn.Now);
        MoveNoted(output);
        EndRetired();
        RequestWaitingReads(output);
        CollectAll(output);
        SealAll(turn.Now, output);
        TendLog(turn.Now, output);
        FlushLinks(turn, output);
    }

    private void Tick(MonoMs now)
    {
        if (now < _earliestDeadline)
        {
            return;
        }

        var earliest = now + _options.Raft.ElectionMaxMs;
        foreach (var slot in _open)
        {
            if (slot.Core.NextDeadline <= now)
            {
                slot.Core.Tick(now);
                Touch(slot);
            }

            var next = slot.Core.NextDeadline;
            earliest = next < earliest ? next : earliest;
        }

        _earliestDeadline = earliest > now ? earliest : now + 1;
    }

    /// <summary>One heartbeat round of all led groups at once, so that it makes one batch a peer.</summary>
    private void BeatHearts(MonoMs now)
    {
        if (now < _nextHeartbeat)
        {
            return;
        }

        _nextHeartbeat = now + _options.Raft.HeartbeatMs;
        foreach (var slot in _open)
        {
            if (slot.Core.Role == RaftRole.Leader)
            {
                slot.Core.Heartbeat(now);
                slot.WantsRound = false;
                Touch(slot);
            }
        }
    }

    /// <summary>Reads do not wait for the next heartbeat. One round of a group is open at a time: the reads that come
    /// meanwhile share the one that follows its answer; if none comes, the next heartbeat's.</summary>
    private void HastenReads(MonoMs now)
    {
        foreach (var slot in _touched)
        {
            if (slot.WantsRound && !slot.Core.IsRoundOpen)
            {
                slot.WantsRound = false;
                slot.Core.Heartbeat(now);
            }
        }
    }

    private void MoveNoted(EngineOutput output)
    {
        output.ReplicasWanted.AddRange(_wanted);
        output.ClockReadings.AddRange(_readings);
        output.ChunkArrivals.AddRange(_arrivals);
        output.ImagesEnded.AddRange(_imagesEnded);
        _wanted.Clear();
        _readings.Clear();
        _arrivals.Clear();
        _imagesEnded.Clear();
    }

    private void CollectAll(EngineOutput output)
    {
        ResumeBlocked();
        var kept = 0;
        for (var i = 0; i < _touched.Count; i++)
        {
            var slot = _touched[i];
            if (MustWait(slot))
            {
                _touched[kept++] = slot;
                continue;
            }

            slot.IsTouched = false;
            Collect(slot, output);
        }

        _touched.RemoveRange(kept, _touched.Count - kept);
    }

    private bool MustWait(GroupSlot slot) => _blocked is not null && (_blocked.Slot == slot || slot.Core.HasWrites);

    private void Collect(GroupSlot slot, EngineOutput output)
    {
        var core = slot.Core;
        output.Touched.Add(core.Group);
        if (core.NextDeadline < _earliestDeadline)
        {
            _earliestDeadline = core.NextDeadline;
        }

        if (!core.HasReady)
        {
            return;
        }

        core.TakeReady(_ready);
        ReadyObserver?.Invoke(core, _ready);
        Send(slot);
        Persist(slot);
        if (_ready.ApplyFirst <= _ready.ApplyLast)
        {
            output.Applies.Add(new ApplyRange(core.Group, _ready.ApplyFirst, _ready.ApplyLast));
        }

        foreach (var read in _ready.Reads)
        {
            output.Reads.Add(new GroupRead(core.Group, read.Token, read.ReadIndex, read.IsConfirmed));
        }

        RequestReads(slot, output);
        StartImages(slot, output);
        TellRole(slot, output);
    }

    private static void TellRole(GroupSlot slot, EngineOutput output)
    {
        var core = slot.Core;
        var change = new RoleChange(core.Group, core.Role, core.Term, core.Leader);
        if (change != slot.Told)
        {
            slot.Told = change;
            output.RoleChanges.Add(change);
        }
    }

    private void Compact(MonoMs now)
    {
        if (now < _nextCompaction)
        {
            return;
        }

        _nextCompaction = now + _options.CompactionMs;
        foreach (var slot in _open)
        {
            var kept = _log.FirstKept(slot.Core.Group);
            if (kept > slot.Core.Log.FirstIndex)
            {
                slot.Core.CompactThrough(kept - 1);
                Recount(slot);
                Touch(slot);
            }
        }
    }
}
