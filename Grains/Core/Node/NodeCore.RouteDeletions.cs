using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Node;

/// <content>
/// Deletes of routes. The system group's leader drives every marked one to its end, whoever marked it; leaders of
/// vnodes fence and count when it asks.
/// </content>
public sealed partial class NodeCore
{
    /// <summary>Tokens from here to <see cref="OwnTokens"/> stand for commands that a delete waits for.</summary>
    private const ulong DeletionTokens = 1UL << 61;

    private readonly List<OpenDeletion> _deletions = [];
    private readonly Dictionary<ulong, DeletionCall> _deletionCalls = [];
    private readonly List<NodeEnvelope> _fenceMessages = [];
    private readonly List<RouteDeletionStep> _steps = [];
    private readonly List<VNodeId> _vnodesToFence = [];
    private ulong _nextDeletionToken = DeletionTokens;

    /// <summary>The unfinished jobs of a route in the vnodes that this node leads: what it knows now.</summary>
    public long UnfinishedLed(RouteKey route)
    {
        long count = 0;
        foreach (var replica in _replicas.Values)
        {
            if (replica.Machine is JobStateMachine jobs && Engine.Find(replica.Group) is { Role: RaftRole.Leader })
            {
                count += jobs.UnfinishedByRoute(route);
            }
        }

        return count;
    }

    /// <summary>A mark that is applied is followed to its end; one that a later mark replaced ends by itself.</summary>
    private void BeginDeletions(SystemStateMachine machine, MonoMs now)
    {
        foreach (var route in machine.Routes.List())
        {
            if (route.IsDeleting && !_deletions.Exists(open => open.Mark == route.Revision))
            {
                var deletion = new RouteDeletion(
                    route, machine.RequestOf(route.Revision), _options.VNodeCount, now);
                _deletions.Add(new OpenDeletion(deletion, route.Revision));
            }
        }
    }

    /// <summary>The next leader goes on from the marks; whoever waits here asks it again.</summary>
    private void EndDeletions(NodeOutput output)
    {
        foreach (var open in _deletions)
        {
            AnswerDeletion(open, new JobAnswer(ErrorCode.OutcomeUnknown), output);
        }

        _deletions.Clear();
    }

    /// <summary>The answer to a delete's mark is held until the delete is settled.</summary>
    private bool TryHoldDelete(ulong token, in JobAnswer answer)
    {
        var mark = answer.Version;
        if (_deletions.Find(open => open.Mark == mark) is not { } found)
        {
            return false;
        }

        found.Tokens.Add(token);
        return true;
    }

    private void AdvanceDeletions(MonoMs now, NodeOutput output)
    {
        output.Messages.AddRange(_fenceMessages);
        _fenceMessages.Clear();
        if (_deletions.Count == 0 || !TryTime(GroupId.System, now, out var time))
        {
            return;
        }

        foreach (var open in _deletions)
        {
            _steps.Clear();
            open.Deletion.Advance(now, time, _steps);
            Take(open, now, output);
            if (open.Deletion.Result is { } result)
            {
                AnswerDeletion(open, result, output);
            }
        }

        _deletions.RemoveAll(static open => open.Deletion.Result is not null);
    }

    private void Take(OpenDeletion open, MonoMs now, NodeOutput output)
    {
        _vnodesToFence.Clear();
        foreach (var step in _steps)
        {
            switch (step.Kind)
            {
                case RouteDeletionStepKind.Fence:
                    _vnodesToFence.Add(step.VNode);
                    break;
                case RouteDeletionStepKind.Propose:
                    ProposeDecision(open, step.SystemCommand!);
                    break;
                case RouteDeletionStepKind.Await:
                    AwaitInForce(new AwaitedChange(0, default, open), step.Revision, now);
                    break;
                default:
                    Invariant.Fail("unknown step");
                    break;
            }
        }

        if (_vnodesToFence.Count > 0)
        {
            AskForFences(open, _steps[0].Command!, now, output);
        }
    }

    /// <summary>Asks every node: each fences the vnodes that it leads, and only those.</summary>
    private void AskForFences(OpenDeletion open, JobCommand fence, MonoMs now, NodeOutput output)
    {
        var asked = new RouteFence(
            fence.Route, fence.RouteRevision, fence.Flag, UnfinishedCount: 0, _vnodesToFence.ToArray());
        Invariant.Require(asked.Revision == open.Mark);
        FenceLed(Self, asked, now, output);
        _writer.Clear();
        asked.Write(_writer);
        foreach (var node in SystemMachine!.Nodes.List())
        {
            if (node.Node != Self && !node.IsRetired)
            {
                Post(NodeMessageKind.FenceRequest, node.Node, output);
            }
        }
    }

    private void FenceLed(NodeId asker, RouteFence fence, MonoMs now, NodeOutput output)
    {
        foreach (var vnode in fence.VNodes)
        {
            var group = GroupId.Of(vnode);
            var isLed = Engine.Find(group) is { Role: RaftRole.Leader };
            if (!isLed || Find(group) is not { } replica || !TryTime(group, now, out var time))
            {
                continue;
            }

            var command = new JobCommand
            {
                Kind = JobCommandKind.FenceRoute,
                Time = time,
                Route = fence.Route,
                RouteRevision = fence.Revision,
                Flag = fence.IsForced,
            };
            _deletionCalls.Add(++_nextDeletionToken, new DeletionCall(asker, fence with { VNodes = [vnode] }));
            AddCommand(replica, command, _nextDeletionToken, now, output);
        }
    }

    private void ProposeDecision(OpenDeletion open, SystemCommand command)
    {
        var payload = SystemCommandCodec.Encode(command);
        if (Engine.Propose(GroupId.System, payload, out var index) != ProposeStatus.Accepted)
        {
            return;
        }

        _deletionCalls.Add(++_nextDeletionToken, new DeletionCall(Self, null) { Decides = open });
        _ownToken.Clear();
        _ownToken.Add(_nextDeletionToken);
        Find(GroupId.System)!.Proposed.Add(index, Engine.Find(GroupId.System)!.Term, _ownToken);
    }

    /// <summary>A fence or a decision was applied, or is lost: what is not answered is asked again.</summary>
    private void OnDeletionAnswer(ulong token, in JobAnswer answer)
    {
        if (!_deletionCalls.Remove(token, out var call))
        {
            return;
        }

        _hasSystemNews = true;
        if (call.Decides is { } open)
        {
            var isApplied = answer.Code is not (ErrorCode.ProposalLost or ErrorCode.OutcomeUnknown);
            if (isApplied && _deletions.Contains(open))
            {
                open.Deletion.OnDecided(answer);
            }
        }
        else if (answer.IsOk)
        {
            TellFenced(call, answer.UnfinishedCount);
        }
    }

    private void TellFenced(DeletionCall call, long unfinishedCount)
    {
        var fenced = call.Fence! with { UnfinishedCount = unfinishedCount };
        if (call.Asker == Self)
        {
            TakeFenced(fenced);
            return;
        }

        _writer.Clear();
        fenced.Write(_writer);
        var message = new NodeMessage(
            NodeMessageKind.FenceResponse, Self, GroupId.System, ReplicaId.None, _writer.WrittenMemory);
        _fenceMessages.Add(new NodeEnvelope(call.Asker, message.Encode()));
    }

    private void TakeFenced(RouteFence fenced)
    {
        var open = _deletions.Find(open => open.Mark == fenced.Revision);
        if (open is null || open.Deletion.Route != fenced.Route)
        {
            return;
        }

        foreach (var vnode in fenced.VNodes)
        {
            if (vnode.Value < _options.VNodeCount)
            {
                var answer = new JobAnswer(ErrorCode.None) { UnfinishedCount = fenced.UnfinishedCount };
                open.Deletion.OnFenced(vnode, answer);
                _hasSystemNews = true;
            }
        }
    }

    private void AnswerDeletion(OpenDeletion open, in JobAnswer answer, NodeOutput output)
    {
        foreach (var token in open.Tokens)
        {
            _callCount--;
            output.Answers.Add(new CallAnswer(token, answer, default));
        }

        open.Tokens.Clear();
    }

    /// <summary>A delete under way, and the calls that wait for it.</summary>
    private sealed class OpenDeletion(RouteDeletion deletion, CommandNumber mark)
    {
        public RouteDeletion Deletion { get; } = deletion;

        public CommandNumber Mark { get; } = mark;

        public List<ulong> Tokens { get; } = [];
    }

    /// <summary>A command that a delete waits for: a fence for whoever asked, or this node's own decision.</summary>
    private sealed record DeletionCall(NodeId Asker, RouteFence? Fence)
    {
        public OpenDeletion? Decides { get; init; }
    }
}
