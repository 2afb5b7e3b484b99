using TimeMachine.Core.Engine;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Simulation.Nodes;

/// <content>Calls of clients, messages of other nodes, transfers.</content>
public sealed partial class SimNode
{
    private readonly Dictionary<ulong, ClientCall> _calls = [];
    private readonly Dictionary<ulong, RouteCall> _routeCalls = [];
    private const long NotWritten = long.MaxValue;
    private readonly List<(GroupId Group, ReplicaId Replica, long Batch)> _ending = [];
    private ulong _nextCall;
    private long _wheelMissed;
    private MonoMs _confirmedBy;

    /// <summary>Whether the leader of a group here prepares a transfer.</summary>
    public bool IsHandingOver(GroupId group) => _core?.IsHandingOver(group) ?? false;

    /// <summary>Begins to hand a group's leadership over: no new claims, then the transfer.</summary>
    public bool BeginTransfer(GroupId group, ReplicaId target)
    {
        if (Core is not { } core || !core.BeginHandover(group, target, Now))
        {
            return false;
        }

        Turn();
        return true;
    }

    /// <summary>Asks to let this node's disk take part in the cluster.</summary>
    public void ProposeAdmission(SimNode node)
    {
        var command = new SystemCommand
        {
            Kind = SystemCommandKind.AdmitNode,
            Name = $"n{node.Host.Address}",
            Node = new NodeId(node.Host.Address),
            Incarnation = node.Identity.Tag,
            SilentMs = _core!.SilentMs(new NodeId(node.Host.Address), Now),
        };
        _core.CallSystem(++_nextCall, command, Now, _output);
        Turn();
    }

    /// <summary>Ends a replica that is no member any more.</summary>
    public void Drop(GroupId group)
    {
        var replica = _core!.Engine.Find(group)!.Self;
        _core.Remove(group, Now, _output);
        EndWatch(group);
        Files?.Remove(group, replica);
        Turn();
        if (Host.IsRunning)
        {
            _ending.Add((group, replica, NotWritten));
            NoteEnds();
        }
    }

    /// <summary>The record of an end is in the newest batch, unless the log had no room for it yet.</summary>
    private void NoteEnds()
    {
        for (var i = 0; i < _ending.Count; i++)
        {
            if (_ending[i].Batch == NotWritten && !_core!.Engine.IsEnding(_ending[i].Group))
            {
                _ending[i] = _ending[i] with { Batch = _newestWritten };
            }
        }
    }

    /// <summary>An id is dead once the record of its end is synced; a crash before that brings it back.</summary>
    private void TellEnded(long synced)
    {
        foreach (var (group, replica, _) in _ending.Where(ending => ending.Batch <= synced))
        {
            _observer.Raft.ReplicaDied(group, replica);
            _ended.Add((group, replica));
        }

        _ending.RemoveAll(ending => ending.Batch <= synced);
    }

    private void TakeCall(object attachment)
    {
        var token = ++_nextCall;
        if (attachment is RouteCall route)
        {
            _routeCalls.Add(token, route);
            _core!.CallSystem(token, route.Command, Now, _output);
            return;
        }

        var call = (ClientCall)attachment;
        _calls.Add(token, call);
        NoteRead(token, call);
        _core!.Call(token, call.Group, call.Request, Now, _output);
    }

    private NodeCore MakeCore(NodeEngine engine) =>
        new(NodeOptionsOf(), engine, _identity.Tag, _run.World.Draws.Nodes.Next())
        {
            HandoverObserver = OnHandover,
            AppliedObserver = (replica, entry, output) =>
            {
                var watch = _watches[replica.Group];
                _observer.Raft.CheckSynced(watch, entry.Index);
                var isNew = _observer.Raft.Applied(watch, entry.Index, replica.Machine.ContentHash);
                if (replica.Group.IsSystem)
                {
                    if (isNew && entry.Kind == EntryKind.Commands)
                    {
                        CheckGrants((SystemStateMachine)replica.Machine, entry.Payload);
                    }

                    return;
                }

                NoteArmed(replica.Group, output);
                if (isNew)
                {
                    var payload = entry.Kind == EntryKind.Commands ? entry.Payload : default;
                    TraceEffects(replica.Group, entry.Index, output);
                    _observer.Jobs.EntryApplied(replica.Group, entry.Index, entry.Term, payload, output);
                }
            },
        };

    private void TraceEffects(GroupId group, LogIndex index, ApplyOutput output)
    {
        foreach (var effect in output.Effects)
        {
            var what = $"{effect.Kind} {effect.Key} version {effect.Version} due {effect.Due} claim {effect.Claim}";
            _run.World.Trace($"group {group} at {index}: {what} {effect.Mode} {effect.State} {effect.Code}");
        }
    }

    private void TakeNodeMessage(ReadOnlyMemory<byte> bytes)
    {
        var error = _core!.Receive(bytes, Now, _output);
        if (error != ErrorCode.None)
        {
            _run.World.Violate("node-message", $"node {Id} refused a message: {error}");
        }
    }

    private void OnHandover(GroupId group, Term term, MonoMs beganAt)
    {
        _observer.Jobs.Transferring(group, term, _observer.Violations.NowUs - ((Now - beganAt) * 1_000));
        _run.World.Count(NodeCounters.Transfers);
    }

    private void TellDuties(NodeCore core)
    {
        _observer.WheelMissed(Id, core.Trigger.Counters.WheelMissed - _wheelMissed);
        _wheelMissed = core.Trigger.Counters.WheelMissed;
        core.Gate.IsConfirmed(Now);
        if (core.Gate.ConfirmedBy > _confirmedBy)
        {
            _confirmedBy = core.Gate.ConfirmedBy;
            var agoMs = Now - _confirmedBy;
            _observer.Jobs.RouteTableConfirmed(Id, _observer.Violations.NowUs - (agoMs * 1_000));
            CheckShares(core);
        }
    }

    private void SendAnswers()
    {
        foreach (var answer in _output.Answers)
        {
            if (_calls.Remove(answer.Token, out var call))
            {
                CheckAnswer(answer.Token, call, answer.Answer);
                var reply = new ClientAnswer(call, answer.Answer, answer.Leader);
                _run.Network.Send(Host, call.Client, CallLane, [], reply);
            }
            else if (_routeCalls.Remove(answer.Token, out var route))
            {
                CheckInForce(route.Command.Kind, answer.Answer);
                var routed = new RouteAnswer(route, answer.Answer, answer.Leader);
                _run.Network.Send(Host, route.Client, CallLane, [], routed);
            }
        }

        if (_output.Answers.Count > 0)
        {
            Host.ShouldCrashHere(Kernel.CrashPoint.AfterAnswer);
        }

        _output.Answers.Clear();
    }

    private void ForgetAll()
    {
        _calls.Clear();
        _routeCalls.Clear();
        _ending.Clear();
        _wheelMissed = 0;
        (_hasHeardClocks, _clockErrorMs) = (false, null);
        _confirmedBy = default;
        ForgetChecks();
        _output.Clear();
    }
}
