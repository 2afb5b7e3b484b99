using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <content>Calls of clients: requests become commands here, with their time; those of a turn share an entry.</content>
public sealed partial class NodeCore
{
    private readonly Dictionary<ulong, PendingRead> _reads = [];
    private readonly List<GroupId> _open = [];
    private readonly List<ulong> _tokens = [];
    private ulong _nextRead;
    private int _callCount;

    /// <summary>How many calls wait for their answers.</summary>
    public int CallCount => _callCount;

    /// <summary>Takes in a call.</summary>
    /// <param name="token">Comes back with the answer; below 2^61.</param>
    /// <param name="group">The group that the caller thinks is right.</param>
    /// <param name="request">The request, validated.</param>
    /// <param name="now">The time.</param>
    /// <param name="output">Takes an answer that needs no log.</param>
    public void Call(ulong token, GroupId group, JobRequest request, MonoMs now, NodeOutput output)
    {
        if (!MayServe(token, group, output))
        {
            return;
        }

        if (request.Kind == JobRequestKind.Get)
        {
            BeginRead(new PendingRead(token, group, request.Key, null), output);
            return;
        }

        var isNewWork = request.Kind is JobRequestKind.Create or JobRequestKind.Upsert;
        if (isNewWork && Engine.IsStorageFull(group))
        {
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.StorageFull), default));
            return;
        }

        if (isNewWork && RefusalFor(request.Route) != ErrorCode.None)
        {
            AwaitRoute(token, group, request, now, output);
            return;
        }

        var wakes = request.Kind is JobRequestKind.Redrive or JobRequestKind.RunNow;
        if (wakes && !MayWake(token, group, request, now, output))
        {
            return;
        }

        if (!TryTime(group, now, out var time))
        {
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.Overloaded), default));
            return;
        }

        _callCount++;
        var command = JobCommand.From(request with { RouteRevision = Routes.Revision }, time);
        AddCommand(_replicas[group], command, token, now, output);
    }

    /// <summary>Takes in a call that lists jobs of a vnode.</summary>
    /// <param name="token">Comes back with the answer; below 2^61.</param>
    /// <param name="group">The vnode's group.</param>
    /// <param name="request">What to list.</param>
    /// <param name="now">The time.</param>
    /// <param name="output">Takes an answer that needs no log.</param>
    public void CallList(ulong token, GroupId group, JobListRequest request, MonoMs now, NodeOutput output)
    {
        if (MayServe(token, group, output))
        {
            BeginRead(new PendingRead(token, group, default, request), output);
        }
    }

    /// <summary>Whether this node may answer for a group; if not, it has answered that.</summary>
    private bool MayServe(ulong token, GroupId group, NodeOutput output)
    {
        Invariant.Require(token < DeletionTokens);
        var core = Engine.Find(group);
        if (core is null || core.Role != RaftRole.Leader)
        {
            AnswerNotLeader(token, core, output);
            return false;
        }

        if (Find(group) is { IsDamaged: true })
        {
            output.Answers.Add(new CallAnswer(token, DamagedAnswer(group), default));
            return false;
        }

        if (_callCount >= _options.CallsMax)
        {
            output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.Overloaded), default));
            return false;
        }

        return true;
    }

    /// <summary>Tokens at or above are the node's own.</summary>
    private const ulong OwnTokens = 1UL << 62;

    private static void AnswerNotLeader(ulong token, RaftCore? core, NodeOutput output)
    {
        var leader = NodeId.None;
        if (core is not null && core.Configuration.TryGet(core.Leader, out var member))
        {
            leader = member.Node;
        }

        output.Answers.Add(new CallAnswer(token, new JobAnswer(ErrorCode.NotLeader), leader));
    }

    /// <summary>Adds a command to the entry that the group's leader proposes at the next turn.</summary>
    private void AddCommand(
        GroupReplica replica, JobCommand command, ulong token, MonoMs now, NodeOutput output)
    {
        if (!replica.Batch.TryAdd(command))
        {
            Propose(replica, now, output);
            var isAdded = replica.Batch.TryAdd(command);
            Invariant.Require(isAdded);
        }

        if (replica.BatchTokens.Count == 0)
        {
            _open.Add(replica.Group);
        }

        replica.BatchTokens.Add(token);
    }

    private void ProposeAll(MonoMs now, NodeOutput output)
    {
        foreach (var group in _open)
        {
            if (Find(group) is { } replica)
            {
                Propose(replica, now, output);
            }
        }

        _open.Clear();
    }

    private void Propose(GroupReplica replica, MonoMs now, NodeOutput output)
    {
        if (replica.BatchTokens.Count == 0)
        {
            return;
        }

        var status = Engine.Propose(replica.Group, replica.Batch.Payload, out var index);
        if (status == ProposeStatus.Accepted)
        {
            replica.Proposed.Add(index, Engine.Find(replica.Group)!.Term, replica.BatchTokens);
        }
        else
        {
            var code = status == ProposeStatus.Overloaded ? ErrorCode.Overloaded : ErrorCode.NotLeader;
            foreach (var token in replica.BatchTokens)
            {
                AnswerOne(token, new JobAnswer(code), now, output);
            }
        }

        replica.Batch.Clear();
        replica.BatchTokens.Clear();
    }

    private void AnswerAll(in ProposedEntry entry, JobAnswer answer, MonoMs now, NodeOutput output)
    {
        foreach (var token in entry.Tokens)
        {
            AnswerOne(token, answer, now, output);
        }
    }

    private void AnswerOne(ulong token, in JobAnswer answer, MonoMs now, NodeOutput output)
    {
        if (token >= OwnTokens)
        {
            OnOwnAnswer(token, answer, now);
            return;
        }

        if (token >= DeletionTokens)
        {
            OnDeletionAnswer(token, answer);
            return;
        }

        if (TryHoldAnswer(token, answer, now, output))
        {
            return;
        }

        _callCount--;
        output.Answers.Add(new CallAnswer(token, answer, default));
    }

    private void BeginRead(in PendingRead pending, NodeOutput output)
    {
        var read = ++_nextRead;
        var status = Engine.RequestRead(pending.Group, read);
        if (status == ReadStatus.Accepted)
        {
            _callCount++;
            _reads.Add(read, pending);
        }
        else
        {
            var code = status == ReadStatus.Overloaded ? ErrorCode.Overloaded : ErrorCode.NotLeader;
            output.Answers.Add(new CallAnswer(pending.Token, new JobAnswer(code), default));
        }
    }

    private void TakeReads(MonoMs now, NodeOutput output)
    {
        foreach (var read in output.Engine.Reads)
        {
            if (!read.IsConfirmed)
            {
                AnswerRead(read.Token, new JobAnswer(ErrorCode.NotLeader), now, output);
            }
            else if (Find(read.Group) is { } replica && replica.Point.Index < read.ReadIndex)
            {
                replica.Reads.Add((read.Token, read.ReadIndex));
            }
            else
            {
                AnswerRead(read.Token, default, now, output);
            }
        }
    }

    private void AnswerAppliedReads(GroupReplica replica, MonoMs now, NodeOutput output)
    {
        for (var i = 0; i < replica.Reads.Count;)
        {
            if (replica.Reads[i].Index > replica.Point.Index)
            {
                i++;
                continue;
            }

            AnswerRead(replica.Reads[i].Token, default, now, output);
            replica.Reads.RemoveAt(i);
        }
    }

    /// <summary>Answers a read: by the refusal given, or from the state.</summary>
    private void AnswerRead(ulong read, JobAnswer refusal, MonoMs now, NodeOutput output)
    {
        if ((read & GranterRead) != 0)
        {
            _hasSystemNews = true;
            _granter?.OnRead(read & ~GranterRead, refusal.IsOk, now);
            return;
        }

        if (!_reads.Remove(read, out var pending))
        {
            return;
        }

        _callCount--;
        var answer = refusal.IsOk ? Look(pending, now, output) : refusal;
        output.Answers.Add(new CallAnswer(pending.Token, answer, default));
    }

    private JobAnswer Look(in PendingRead pending, MonoMs now, NodeOutput output)
    {
        if (Find(pending.Group) is not { Machine: JobStateMachine jobs } replica)
        {
            return new JobAnswer(ErrorCode.NotLeader);
        }

        if (replica.IsDamaged)
        {
            return DamagedAnswer(pending.Group);
        }

        JobView? view;
        try
        {
            if (pending.List is { } list)
            {
                return new JobAnswer(ErrorCode.None) { Page = jobs.List(list) };
            }

            view = jobs.Get(pending.Key);
        }
        catch (RowsDamagedException)
        {
            MarkDamaged(replica, now, output);
            return DamagedAnswer(pending.Group);
        }

        return view is null
            ? new JobAnswer(ErrorCode.JobNotFound)
            : new JobAnswer(ErrorCode.None, view.Version, view.State)
            {
                View = view,
                Offset = view.Version.Index,
                AttemptCount = view.AttemptCount,
            };
    }

    private readonly record struct PendingRead(ulong Token, GroupId Group, JobKey Key, JobListRequest? List);
}
