using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>
/// Divides the limits of the routes among the nodes: runs with the leader of the system group. The applied records are
/// the most that anyone may hold; a raise is answered when its record is applied, a record is lowered when its holder
/// adopted less or its lease is surely over. So a new leader loses nothing by taking all records as just granted. One
/// owner.
/// </summary>
/// <remarks>An answer leaves only after a read of the group begun after its request, so no deposed leader prolongs a
/// lease or confirms a route table behind the back of its successor.</remarks>
public sealed partial class LeaseGranter
{
    private const int HoldAnswerMs = 200;
    private const int ReadAgainMs = 1_000;
    private const int ProposeAgainMs = 1_000;
    private const int PlanEveryMs = 50;
    private const int TurnMs = 20_000;
    private const int DeafMs = 3_000;
    private const int ForgetMs = 60_000;
    private const int ChangesMax = 256;

    private readonly RouteTable _routes;
    private readonly NodeRegistry _nodes;
    private readonly LeaseBook _book;
    private readonly List<LeaseHolder> _holders = [];
    private readonly List<LeaseResponse> _refusals = [];
    private readonly Dictionary<NodeId, MonoMs> _heardAt = [];
    private Term _term;
    private MonoMs _electedAt;
    private ulong _lastRead;
    private bool _isReading;
    private MonoMs _readAt;

    /// <summary>Whether it grants; one that does not has nothing to do on its own.</summary>
    public bool IsLeading { get; private set; }

    /// <summary>Makes a granter that does not lead.</summary>
    /// <param name="machine">The node's replica of the system group.</param>
    public LeaseGranter(SystemStateMachine machine)
    {
        _routes = machine.Routes;
        _nodes = machine.Nodes;
        _book = machine.Leases;
        _revisions = new RevisionTracker(machine.Nodes);
    }

    /// <summary>When to call <see cref="Advance"/> if nothing else happens.</summary>
    public MonoMs NextDeadline(MonoMs now)
    {
        if (!IsLeading)
        {
            return new MonoMs(_refusals.Count > 0 ? now.Value : long.MaxValue);
        }

        var isBusy = _isReading || _pending is not null || _revisions.IsWaiting || IsAnyWaiting();
        return now + (isBusy ? 10 : 100);
    }

    /// <summary>This node leads the system group, and the first entry of its term is applied.</summary>
    public void OnElected(Term term, MonoMs now)
    {
        Reset();
        IsLeading = true;
        _term = term;
        _electedAt = now;
        foreach (var route in _book.Routes)
        {
            foreach (var record in _book.Of(route))
            {
                var holder = HolderOf(record.Node, record.Session, now);
                var offer = new LeaseOffer { Slots = record.Slots, Rate = record.Rate };
                offer.OlderOverAt = now + LeaseTiming.Waited(LeaseTiming.LeaseMs);
                holder.Offers[route] = offer;
            }
        }
    }

    /// <summary>This node leads no longer. Awaited revisions are forgotten: their callers ask the new leader.</summary>
    public void OnDeposed()
    {
        Reset();
        IsLeading = false;
    }

    /// <summary>Takes a holder's request.</summary>
    public void OnRequest(LeaseRequest request, MonoMs now)
    {
        if (!IsLeading)
        {
            Refuse(request, ErrorCode.NotLeader);
            return;
        }

        if (!_nodes.IsAdmitted(request.Node, request.Incarnation))
        {
            Refuse(request, ErrorCode.IncarnationActive);
            return;
        }

        _heardAt[request.Node] = now;
        var holder = HolderOf(request.Node, request.Session, now);
        if (holder.Last is { } last && request.Sequence <= last.Sequence)
        {
            return;
        }

        Take(holder, request, now);
        _revisions.OnNode(request.Node, request.RouteRevision);
    }

    /// <summary>The answer to a read of <see cref="GranterOutput.Reads"/>.</summary>
    public void OnRead(ulong read, bool isConfirmed, MonoMs now)
    {
        if (!_isReading || read != _lastRead)
        {
            return;
        }

        _isReading = false;
        foreach (var holder in _holders)
        {
            var isProven = isConfirmed && holder.ReadSequence != 0;
            holder.ReadySequence = isProven ? holder.ReadSequence : holder.ReadySequence;
            holder.ReadyAt = isProven ? now : holder.ReadyAt;
            holder.ReadSequence = 0;
        }
    }

    /// <summary>The proposal was refused; it is made again.</summary>
    public void OnProposalRefused() => _proposeAt = null;

    /// <summary>How long nothing was heard of a node, in ms: for the admission of a new incarnation.</summary>
    /// <returns>0 if this node does not lead.</returns>
    public long SilentMs(NodeId node, MonoMs now)
    {
        if (!IsLeading)
        {
            return 0;
        }

        return now - (_heardAt.TryGetValue(node, out var heardAt) ? heardAt : _electedAt);
    }

    /// <summary>Reports the token when a change of a route is in force: each node confirmed it, or none that did not
    /// can still claim or send by the old one.</summary>
    /// <param name="token">Comes back in <see cref="GranterOutput.InForce"/>.</param>
    /// <param name="revision">The revision of the change.</param>
    /// <param name="now">The present: the change is applied.</param>
    public void AwaitRevision(ulong token, CommandNumber revision, MonoMs now) =>
        _revisions.Await(token, revision, now);

    /// <summary>Grants, asks for reads, answers.</summary>
    /// <param name="now">The present.</param>
    /// <param name="output">Is appended to; its proposal is replaced.</param>
    public void Advance(MonoMs now, GranterOutput output)
    {
        output.Responses.AddRange(_refusals);
        _refusals.Clear();
        if (!IsLeading)
        {
            return;
        }

        EndSilent(now);
        FinishPending(now);
        output.Proposal = Propose(now);
        AskForRead(now, output);
        Answer(now, output);
        _revisions.Advance(now, SilentMs, output.InForce);
    }

    private void Reset()
    {
        _holders.Clear();
        _heardAt.Clear();
        _revisions.Clear();
        _resting.Clear();
        _isReading = false;
        _pending = null;
        _pendingBefore.Clear();
        _proposeAt = null;
        _isChanged = true;
    }

    private bool IsAnyWaiting()
    {
        foreach (var holder in _holders)
        {
            if (holder.WaitingSequence != 0 || holder.ReadySequence != 0)
            {
                return true;
            }
        }

        return false;
    }

    private LeaseHolder HolderOf(NodeId node, ulong session, MonoMs now)
    {
        foreach (var known in _holders)
        {
            if (known.Is(node, session))
            {
                return known;
            }
        }

        var holder = new LeaseHolder(node, session, now);
        _holders.Add(holder);
        _holders.Sort(static (left, right) => left.Order(right));
        return holder;
    }

    private void Refuse(LeaseRequest request, ErrorCode code) => _refusals.Add(new LeaseResponse
    {
        Node = request.Node,
        Session = request.Session,
        Sequence = request.Sequence,
        Code = code,
    });

    private void Take(LeaseHolder holder, LeaseRequest request, MonoMs now)
    {
        var before = holder.Last?.AdoptedSequence ?? 0;
        var isAdopting = request.AdoptedTerm == _term && request.AdoptedSequence > before;
        holder.AdoptedAt = isAdopting ? now : holder.AdoptedAt;
        holder.HeardAt = now;
        holder.Last = request;
        holder.WaitingSequence = request.Sequence;
        _isChanged = true;
        holder.Demands.Clear();
        holder.AreDemandsForgotten = false;
        foreach (var demand in request.Demands)
        {
            holder.Demands[demand.Route] = demand;
        }
    }

    private void AskForRead(MonoMs now, GranterOutput output)
    {
        var isLost = _isReading && now - _readAt >= ReadAgainMs;
        if (_isReading && !isLost)
        {
            return;
        }

        _isReading = false;
        foreach (var holder in _holders)
        {
            holder.ReadSequence = holder.WaitingSequence;
            holder.WaitingSequence = 0;
            _isReading |= holder.ReadSequence != 0;
        }

        if (_isReading)
        {
            _lastRead++;
            _readAt = now;
            output.Reads.Add(_lastRead);
        }
    }
}
