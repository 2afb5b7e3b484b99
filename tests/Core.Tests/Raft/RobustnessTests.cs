using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>Whatever a peer sends is borne, and steady work costs no memory.</summary>
public sealed class RobustnessTests
{
    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.PreCandidate)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void No_message_makes_a_replica_throw(RaftRole role)
    {
        var random = new SplitMix64(1_000 + (ulong)role);
        for (var round = 0; round < 150; round++)
        {
            var group = new TestGroup(3, learners: 1).WithLog(1, 1, 1, 2).WithTerm(1, 2, commit: 1).Start();
            BringTo(group[1], role, group.Now);
            var term = group[1].Core.Term;
            for (var i = 0; i < 60; i++)
            {
                if (!TryStep(group[1], AnyMessage(ref random), group.Now + i))
                {
                    break;
                }

                Assert.True(group[1].Core.Term >= term);
                term = group[1].Core.Term;
            }
        }
    }

    [Fact]
    public void A_steady_stream_of_proposals_allocates_nothing_an_entry()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        var core = group[1].Core;
        var ready = new RaftReady();
        var payload = new byte[200];
        Stream(core, ready, payload, entries: 20_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Stream(core, ready, payload, entries: 20_000);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(bytes < 20_000, $"{bytes} bytes for 20,000 entries");
    }

    [Fact]
    public void A_steady_stream_of_appends_allocates_nothing_an_entry()
    {
        var group = new TestGroup(3).Start();
        var core = group[1].Core;
        var ready = new RaftReady();
        var messages = new List<RaftMessage>();
        for (var i = 0; i < 4_000; i++)
        {
            messages.Add(Say.Append(2, 1, 1, (i, i == 0 ? 0 : 1), [1], commit: i));
        }

        Follow(core, ready, messages, 0, 2_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Follow(core, ready, messages, 2_000, 4_000);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(new LogIndex(4_000), core.Log.LastIndex);
        Assert.True(bytes < 4_000, $"{bytes} bytes for 2,000 entries");
    }

    [Fact]
    public void Idle_groups_allocate_nothing()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Settle();
        var core = group[1].Core;
        var ready = new RaftReady();
        core.Heartbeat(group.Now);
        core.TakeReady(ready);

        // The runtime itself may allocate on this thread now and then; the groups would do so each time.
        var allocated = new List<long>();
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                core.Tick(group.Now);
                core.Heartbeat(group.Now);
                core.TakeReady(ready);
            }

            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated.Min());
    }

    [Fact]
    public void The_memory_of_a_burst_is_given_back()
    {
        var log = new RaftLog(new PayloadArena(), default, default, Configuration.Empty);
        for (var i = 0; i < 100_000; i++)
        {
            log.Append(new Term(1), EntryKind.Commands, [1]);
        }

        log.EvictThrough(new LogIndex(99_990));
        log.EvictThrough(new LogIndex(99_991));
        log.EvictThrough(new LogIndex(99_992));

        Assert.True(log.TryGet(new LogIndex(99_993), out var entry));
        Assert.Equal(new LogIndex(99_993), entry.Index);
        Assert.Equal(new LogIndex(99_993), log.WindowFirst);
    }

    private static void Stream(RaftCore core, RaftReady ready, byte[] payload, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            core.Propose(EntryKind.Commands, payload, out _);
            if (i % 50 == 49)
            {
                Turn(core, ready);
            }
        }
    }

    private static void Follow(RaftCore core, RaftReady ready, List<RaftMessage> messages, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            core.Step(messages[i], new MonoMs(1));
            if (i % 20 == 19)
            {
                Turn(core, ready);
            }
        }
    }

    private static void Turn(RaftCore core, RaftReady ready)
    {
        core.TakeReady(ready);
        core.OnPersisted(core.Log.LastIndex, core.Log.LastTerm, ready.HardState.Term, ready.HardState.Vote);
        core.TakeReady(ready);
        core.OnApplied(ready.ApplyLast);
        core.Log.EvictThrough(core.AppliedIndex - 100);
    }

    /// <summary>Returns false for the only message that is not borne: one that would undo what is committed.</summary>
    private static bool TryStep(TestReplica replica, in RaftMessage message, MonoMs now)
    {
        try
        {
            replica.Core.Step(message, now);
        }
        catch (InvariantViolationException exception) when (exception.Message == "index > CommitIndex")
        {
            return false;
        }

        replica.Core.Tick(now);
        replica.Work();
        replica.Outbox.Clear();
        replica.EntryReads.Clear();
        replica.SnapshotNeeds.Clear();
        return true;
    }

    private static void BringTo(TestReplica replica, RaftRole role, MonoMs now)
    {
        if (role == RaftRole.Follower)
        {
            return;
        }

        replica.Core.Campaign(now);
        if (role != RaftRole.PreCandidate)
        {
            replica.Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, 2, 1, 3), now);
            replica.Work();
        }

        if (role == RaftRole.Leader)
        {
            replica.Core.Step(Say.Vote(2, 1, 3), now);
            replica.Work();
        }

        Assert.Equal(role, replica.Core.Role);
    }

    private static RaftMessage AnyMessage(ref SplitMix64 random)
    {
        var kind = (RaftMessageKind)random.Between(0, 12);
        var from = (int)random.Between(1, 5);
        var term = (int)random.Between(0, 6);
        var previous = (int)random.Between(0, 6);
        var message = kind == RaftMessageKind.AppendEntries
            ? Append(from, term, previous, ref random)
            : Say.Message(kind, from, 1, term);
        return message with
        {
            Index = new LogIndex(kind == RaftMessageKind.AppendEntries ? previous : random.Between(0, 12)),
            LogTerm = new Term(kind == RaftMessageKind.AppendEntries ? TermOf(previous) : random.Between(0, 6)),
            Commit = new LogIndex(random.Between(0, 1)),
            IsRejected = random.Chance(1, 2),
            HintIndex = new LogIndex(random.Between(0, 12)),
            HintTerm = new Term(random.Between(0, 6)),
            IsForced = random.Chance(1, 3),
            ReadRound = random.Between(0, 5),
            Applied = new LogIndex(random.Between(0, 12)),
            ConfigurationBytes = Configuration.Empty.Encode(),
        };
    }

    private static RaftMessage Append(int from, int term, int previous, ref SplitMix64 random)
    {
        var terms = new int[random.Below(4)];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = random.Chance(1, 8) ? (int)random.Between(0, 9) : TermOf(previous + i + 1);
        }

        var message = Say.Append(from, 1, term, (previous, TermOf(previous)), terms);
        return random.Chance(1, 10) ? message with { EntryCount = (int)random.Between(0, 5) } : message;
    }

    /// <summary>The log that all agree about.</summary>
    private static int TermOf(int index) => index == 0 ? 0 : index <= 2 ? 1 : 2;
}
