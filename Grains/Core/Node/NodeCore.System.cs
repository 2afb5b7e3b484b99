using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Node;

/// <content>The system group: routes, leases, and the calls that change routes.</content>
public sealed partial class NodeCore
{
    private const ulong GranterRead = 1UL << 61;
    private readonly ByteWriter _writer = new();
    private readonly GranterOutput _granted = new();
    private readonly Dictionary<ulong, AwaitedChange> _inForce = [];
    private LeaseGranter? _granter;
    private ulong _nextInForce;
    private bool _hasSystemNews;

    /// <summary>How often the granter is looked at without any news, in ms.</summary>
    private const int GranterMs = 100;

    /// <summary>The node's view of the routes.</summary>
    public RouteTable Routes { get; }

    /// <summary>What the routes let the node send now.</summary>
    public RouteGate Gate { get; }

    /// <summary>The replica of the system group here; null before it is opened.</summary>
    public SystemStateMachine? SystemMachine => Find(GroupId.System)?.Machine as SystemStateMachine;

    /// <summary>How long the system group's leader has not heard of a node, in ms; 0 if this node is not it.</summary>
    public long SilentMs(NodeId node, MonoMs now) => _granter?.SilentMs(node, now) ?? 0;

    /// <summary>Takes in a call that changes a route or the registry of nodes.</summary>
    /// <param name="token">Comes back with the answer; below 2^61.</param>
    /// <param name="command">The command; its time is put in here.</param>
    /// <param name="now">The time.</param>
    /// <param name="output">Takes an answer that needs no log.</param>
    public void CallSystem(ulong token, SystemCommand command, MonoMs now, NodeOutput output)
    {
        var core = Engine.Find(GroupId.System);
        if (core is null || core.Role != RaftRole.Leader || !TryTime(GroupId.System, now, out var time))
        {
            AnswerNotLeader(token, core, output);
            return;
        }

        var payload = SystemCommandCodec.Encode(command with { Time = time });
        var status = Engine.Propose(GroupId.System, payload, out var index);
        if (status != ProposeStatus.Accepted)
        {
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.Overloaded), default));
            return;
        }

        _callCount++;
        _ownToken.Clear();
        _ownToken.Add(token);
        _systemCalls[token] = command.Kind;
        Find(GroupId.System)!.Proposed.Add(index, core.Term, _ownToken);
    }

    private readonly Dictionary<ulong, SystemCommandKind> _systemCalls = [];

    /// <summary>
    /// A change of a route, a pause or a delete is answered only when no node can claim or send by the old revision any
    /// more, a delete also not before it is settled. A new route has no old revision, and a resume takes nothing back.
    /// </summary>
    private bool TryHoldAnswer(ulong token, in JobAnswer answer, MonoMs now, NodeOutput output)
    {
        var isHeldKind = _systemCalls.Remove(token, out var kind)
            && (kind is SystemCommandKind.PauseRoute or SystemCommandKind.MarkRouteDeleting
                || (kind == SystemCommandKind.PutRoute && !answer.IsNew));
        if (!isHeldKind || !answer.IsOk)
        {
            return false;
        }

        if (Find(GroupId.System) is not { ArmedTerm.Value: > 0 })
        {
            _callCount--;
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.OutcomeUnknown), default));
            return true;
        }

        if (kind == SystemCommandKind.MarkRouteDeleting && TryHoldDelete(token, answer))
        {
            return true;
        }

        AwaitInForce(new AwaitedChange(token, answer, null), answer.Version, now);
        return true;
    }

    private void AwaitInForce(AwaitedChange change, CommandNumber revision, MonoMs now)
    {
        _inForce.Add(++_nextInForce, change);
        _granter!.AwaitRevision(_nextInForce, revision, now);
    }

    private IStateMachine LoadMachine(GroupId group, IRowStore store)
    {
        if (!group.IsSystem)
        {
            return JobStateMachine.Load(store, _options.Jobs);
        }

        var machine = SystemStateMachine.Load(store, _options.System);
        _granter = new LeaseGranter(machine);
        CopyRoutes(machine);
        return machine;
    }

    /// <summary>A replica that is made anew begins with nothing. What was applied here before stays in force: a table
    /// that went back would have no route, and the node might still count as confirmed.</summary>
    private void CopyRoutes(SystemStateMachine machine)
    {
        if (machine.Routes.Revision > Routes.Revision)
        {
            Routes.Reset(machine.Routes.List(), machine.Routes.Revision);
        }
    }

    private void OnSystemApplied(GroupReplica replica, RaftCore core, MonoMs now)
    {
        _hasSystemNews = true;
        var machine = (SystemStateMachine)replica.Machine;
        var before = Routes.Revision;
        CopyRoutes(machine);
        if (Routes.Revision != before)
        {
            // The others learn of it at once, and each tells at once that it works by it: somebody may wait.
            Engine.Beat(GroupId.System);
            Gate.AskSoon();
            Trigger.OnRoutesChanged(now);
        }

        if (replica.ArmedTerm != core.Term && MayArm(replica, core))
        {
            replica.ArmedTerm = core.Term;
            _granter!.OnElected(core.Term, now);
            BeginDeletions(machine, now);
        }
        else if (replica.ArmedTerm.Value > 0 && Routes.Revision != before)
        {
            BeginDeletions(machine, now);
        }
    }

    private void AdvanceSystem(MonoMs now, NodeOutput output)
    {
        _hasSystemNews = false;
        if (Gate.TakeRequest(now) is { } request)
        {
            SendRequest(request, now, output);
        }

        if (_granter is null)
        {
            output.Messages.AddRange(_fenceMessages);
            _fenceMessages.Clear();
            return;
        }

        _granted.Clear();
        _granter.Advance(now, _granted);
        if (_granted.Proposal is { } proposal
            && Engine.Propose(GroupId.System, SystemCommandCodec.Encode(proposal), out _) != ProposeStatus.Accepted)
        {
            _granter.OnProposalRefused();
        }

        foreach (var read in _granted.Reads)
        {
            if (Engine.RequestRead(GroupId.System, GranterRead | read) != ReadStatus.Accepted)
            {
                _granter.OnRead(read, isConfirmed: false, now);
            }
        }

        foreach (var response in _granted.Responses)
        {
            SendResponse(response, now, output);
        }

        AnswerInForce(output);
        AdvanceDeletions(now, output);
    }

    private void AnswerInForce(NodeOutput output)
    {
        foreach (var awaited in _granted.InForce)
        {
            if (_inForce.Remove(awaited, out var held))
            {
                held.Deletion?.Deletion.OnInForce();
                AnswerAwaited(held, held.Answer, output);
            }
        }
    }

    private void AnswerAwaited(AwaitedChange held, in JobAnswer answer, NodeOutput output)
    {
        if (held.Deletion is null)
        {
            _callCount--;
            output.Answers.Add(new CallAnswer(held.Token, answer, default));
        }
    }

    /// <summary>
    /// Awaited revisions end with the leadership: their calls took effect, but nobody here will know when they are in
    /// force. The callers ask the next leader, under the same request ids.
    /// </summary>
    private void OnSystemLeadingEnded(NodeOutput output)
    {
        _granter?.OnDeposed();
        foreach (var held in _inForce.Values)
        {
            AnswerAwaited(held, new JobAnswer(ErrorCode.OutcomeUnknown), output);
        }

        _inForce.Clear();
        EndDeletions(output);
    }

    /// <summary>A change that is to be in force everywhere: for a call, or for a delete under way.</summary>
    private sealed record AwaitedChange(ulong Token, JobAnswer Answer, OpenDeletion? Deletion);

    private void SendRequest(LeaseRequest request, MonoMs now, NodeOutput output)
    {
        var core = Engine.Find(GroupId.System);
        if (core is null || !core.Configuration.TryGet(core.Leader, out var leader))
        {
            Gate.OnLeaderUnknown();
            return;
        }

        if (leader.Node == Self)
        {
            _granter!.OnRequest(request, now);
            return;
        }

        _writer.Clear();
        LeaseCodec.Write(_writer, request);
        Post(NodeMessageKind.LeaseRequest, leader.Node, output);
    }

    private void SendResponse(LeaseResponse response, MonoMs now, NodeOutput output)
    {
        if (response.Node == Self)
        {
            TakeResponse(response, now);
            return;
        }

        _writer.Clear();
        LeaseCodec.Write(_writer, response);
        Post(NodeMessageKind.LeaseResponse, response.Node, output);
    }

    private void Post(NodeMessageKind kind, NodeId to, NodeOutput output)
    {
        var message = new NodeMessage(kind, Self, GroupId.System, ReplicaId.None, _writer.WrittenMemory);
        output.Messages.Add(new NodeEnvelope(to, message.Encode()));
    }

    private void TakeResponse(LeaseResponse response, MonoMs now)
    {
        Gate.OnResponse(response);
        Trigger.OnRoutesChanged(now);
    }
}
