using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

/// <summary>What a recipient got.</summary>
internal readonly record struct Arrival(
    string Job, CommandNumber Version, CommandNumber Claim, int Attempt, long At, long TriggerAt, int Node);

/// <summary>
/// One vnode, its real state machine, three nodes that may lead it, a log that commits after a while, and recipients.
/// Time is true time in ms from zero; wall clocks are ahead of it by <see cref="BaseMs"/> and the nodes' skew.
/// </summary>
internal sealed class TriggerRig
{
    public const long BaseMs = 1_800_000_000_000;
    public static readonly GroupId Group = new(1);
    private const int TurnsAtOnceMax = 100;
    private static readonly NodeId[] Voters = [new(1), new(2), new(3)];
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly ApplyOutput _applied = new();
    private readonly JobStateMachine _machine = JobStateMachine.Load(new MemoryRowStore(), new JobOptions());
    private SplitMix64 _draws;
    private long _order;
    private long _revision = 1;
    private LogIndex _index;

    public TriggerRig(ulong seed = 1, TriggerOptions? options = null)
    {
        _draws = new SplitMix64(seed);
        Nodes = [.. Voters.Select(id => new TriggerNode(id, seed + (ulong)id.Value, options ?? new TriggerOptions()))];
    }

    public TriggerNode[] Nodes { get; }

    public long Now { get; private set; }

    public Term Term { get; private set; } = new(1);

    public TriggerNode? Leader { get; private set; }

    public List<Arrival> Arrivals { get; } = [];

    /// <summary>The claims committed: number of the claim, job, attempt.</summary>
    public List<JobEffect> Claims { get; } = [];

    public JobStateMachine Machine => _machine;

    /// <summary>How often the leader's engine was advanced.</summary>
    public int TurnCount { get; set; }

    /// <summary>
    /// Whether refusals and scans are answered within the turn, and turns follow at one instant as long as one is due,
    /// as in a node; else they take a millisecond.
    /// </summary>
    public bool IsPrompt { get; init; }

    /// <summary>The most turns of one node at one instant.</summary>
    public int TurnsAtOnceMost { get; private set; }

    public bool IsHandedOver => Engine.IsHandedOver(Group);

    public TriggerEngine Engine => Leader!.Engine;

    /// <summary>How a recipient answers: the true time that it takes, and the end; null if it never does.</summary>
    public Func<SendRequest, (long TakesMs, AttemptResult Result)?> Recipient { get; set; } =
        static _ => (3, AttemptResult.Answer(200, 3));

    /// <summary>The time from a proposal to its commit.</summary>
    public Func<long> CommitMs { get; set; } = static () => 2;

    /// <summary>Whether a proposal is refused.</summary>
    public Func<bool> IsRefused { get; set; } = static () => false;

    /// <summary>Changes effects on their way to the engine: a lost wake-up.</summary>
    public Func<JobEffect, bool> IsEffectLost { get; set; } = static _ => false;

    /// <summary>Whether the nodes do not hear of each other's clocks.</summary>
    public Func<bool> IsDeaf { get; set; } = static () => false;

    /// <summary>The time from a scan's reading to its answer.</summary>
    public Func<long> ScanMs { get; set; } = static () => 1;

    public static JobKey Key(string id) => JobKey.Of("db", "jobs", id);

    public static RouteKey RouteOf(string id) => RouteKey.Of("db", id);

    public ref SplitMix64 Draws => ref _draws;

    public void PutRoute(string id, Func<Route, Route>? change = null)
    {
        var route = new Route
        {
            Key = RouteOf(id),
            Revision = new CommandNumber(++_revision),
            WebhookUrl = "http://recipient/" + id,
            BackoffInitialMs = 20,
            BackoffMaxMs = 200,
        };
        route = change is null ? route : change(route);
        foreach (var node in Nodes)
        {
            node.Routes.Put(route);
            node.Engine.OnRoutesChanged(node.Mono(Now));
        }
    }

    public void RemoveRoute(string id)
    {
        _revision++;
        foreach (var node in Nodes)
        {
            node.Routes.Remove(RouteOf(id), new CommandNumber(_revision));
            node.Engine.OnRoutesChanged(node.Mono(Now));
        }
    }

    public void At(long at, Action action) => _events.Enqueue(action, (Math.Max(at, Now), _order++));

    public JobAnswer Create(string id, long triggerAt, string route = "r", Func<JobRequest, JobRequest>? change = null)
    {
        var request = new JobRequest
        {
            Kind = JobRequestKind.Upsert,
            Key = Key(id),
            TriggerTime = new UnixMs(BaseMs + triggerAt),
            Route = RouteOf(route),
            RouteRevision = new CommandNumber(1_000_000),
        };
        return Do(change is null ? request : change(request));
    }

    public JobAnswer Cancel(string id) => Do(new JobRequest { Kind = JobRequestKind.Cancel, Key = Key(id) });

    public JobAnswer Do(JobRequest request)
    {
        var batch = new CommandBatch();
        batch.TryAdd(JobCommand.From(request, new UnixMs(BaseMs + Now)));
        Apply(batch.Payload.ToArray());
        return _applied.Answers[0].Answer;
    }

    public JobView View(string id) => _machine.Get(Key(id))!;

    /// <summary>A node wins an election: what was proposed and not committed is lost.</summary>
    public void Elect(int node, bool isOldToldAtOnce = true)
    {
        var old = Leader;
        Term += 1;
        Leader = Nodes[node];
        if (old is not null && isOldToldAtOnce)
        {
            old.Engine.OnLeadingEnded(Group, old.Mono(Now));
        }

        _applied.Clear();
        _index += 1;
        _machine.Apply(_index, Term, EntryKind.Empty, default, _applied);
        Leader.Engine.OnLeading(Group, Term, LeadingState.Of(_machine), Voters, Leader.Mono(Now));
    }

    /// <summary>A node wins an election, and the old leader hears of it only later.</summary>
    public void ElectUnheard(int node, long toldAfterMs)
    {
        var old = Leader!;
        Elect(node, isOldToldAtOnce: false);
        At(Now + toldAfterMs, () =>
        {
            if (old != Leader)
            {
                old.Engine.OnLeadingEnded(Group, old.Mono(Now));
            }
        });
    }

    public void RunTo(long until)
    {
        while (Now < until)
        {
            RunEvents();
            foreach (var node in Nodes)
            {
                Turn(node);
            }

            Now++;
        }
    }

    private void RunEvents()
    {
        while (_events.TryPeek(out var action, out var due) && due.At <= Now)
        {
            _events.Dequeue();
            action();
        }
    }

    private void Turn(TriggerNode node)
    {
        if (Now < node.FrozenUntil)
        {
            return;
        }

        var mono = node.Mono(Now);
        node.Clock.Sample(mono, new UnixMs(BaseMs + Now + node.SkewMs));
        if (Now % 50 == 0 && !IsDeaf())
        {
            Gossip(node, mono);
        }

        node.Confirm(mono, new CommandNumber(0));
        var turns = 0;
        while (node.Engine.NextDeadline <= mono && turns < (IsPrompt ? TurnsAtOnceMax : 1))
        {
            turns++;
            TurnCount += node == Leader ? 1 : 0;
            node.Engine.Advance(mono, node.Output);
            CarryOut(node);
        }

        TurnsAtOnceMost = Math.Max(TurnsAtOnceMost, turns);
    }

    private void Gossip(TriggerNode node, MonoMs mono)
    {
        foreach (var peer in Nodes.Where(peer => peer != node))
        {
            peer.Clock.Sample(peer.Mono(Now), new UnixMs(BaseMs + Now + peer.SkewMs));
            node.Clock.OnPeerReading(peer.Id, peer.Clock.Own(peer.Mono(Now)), mono);
        }
    }

    private void CarryOut(TriggerNode node)
    {
        foreach (var proposal in node.Output.Proposals)
        {
            Propose(node, proposal, proposal.Payload.ToArray());
        }

        foreach (var scan in node.Output.Scans)
        {
            ReadFor(node, scan);
        }

        foreach (var send in node.Output.Sends)
        {
            At(node.TrueOf(send.At), () => TrySend(node, send));
        }

        foreach (var forward in node.Output.Forwards)
        {
            var payload = forward.Payload.ToArray();
            At(Now + 2, () => Apply(payload));
        }
    }

    private void Propose(TriggerNode node, TriggerProposal proposal, byte[] payload)
    {
        var term = Term;
        var isLost = node != Leader || node.Engine.TermOf(Group) != Term || IsRefused();
        if (isLost && IsPrompt)
        {
            node.Engine.OnProposalFailed(Group, proposal.Id, node.Mono(Now));
            return;
        }

        At(Now + (isLost ? 1 : CommitMs()), () =>
        {
            if (isLost || term != Term)
            {
                node.Engine.OnProposalFailed(Group, proposal.Id, node.Mono(Now));
            }
            else
            {
                Apply(payload);
            }
        });
    }

    private void Apply(byte[] payload)
    {
        _applied.Clear();
        _index += 1;
        _machine.Apply(_index, Term, EntryKind.Commands, payload, _applied);
        Claims.AddRange(_applied.Effects.Where(effect => effect.Kind == JobEffectKind.Claimed));
        var heard = _applied.Effects.Where(effect => !IsEffectLost(effect)).ToArray();
        Leader?.Engine.OnEffects(Group, Term, heard, Leader.Mono(Now));
    }

    private void ReadFor(TriggerNode node, ScanRequest scan)
    {
        if (IsPrompt)
        {
            node.Engine.OnScanned(scan.Run(_machine, []), node.Mono(Now));
        }
        else
        {
            At(Now, () => Answer(node, scan));
        }
    }

    private void Answer(TriggerNode node, ScanRequest scan)
    {
        var jobs = new List<DueJob>();
        var answer = scan.Run(_machine, jobs);
        At(Now + ScanMs(), () => node.Engine.OnScanned(answer, node.Mono(Now)));
    }

    private void TrySend(TriggerNode node, ReadySend ready)
    {
        var isStillLeader = node == Leader && node.Engine.TermOf(Group) == Term;
        if (!node.Engine.TryBeginSend(ready.Claim, Group, isStillLeader, node.Mono(Now), out var send))
        {
            return;
        }

        Arrivals.Add(new Arrival(
            send.Key.Id,
            send.Version,
            send.Claim,
            send.Attempt,
            Now,
            send.TriggerTime.Value - BaseMs,
            node.Id.Value));
        if (Recipient(send) is { } answer)
        {
            At(Now + answer.TakesMs, () => node.Engine.OnAttemptEnded(
                Group, send.Claim, answer.Result, node.Mono(Now)));
        }
    }
}
