using System.Buffers.Binary;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.StorageFaults;

/// <summary>Creates jobs on a node and cancels some, and tells each acknowledgement.</summary>
/// <param name="node">The node.</param>
/// <param name="life">The number of the node's life.</param>
/// <param name="told">Told of each acknowledgement.</param>
public sealed class JobClient(DiskNode node, int life, Action<Acknowledged> told)
{
    private const long NumbersALife = 100_000_000;
    private static readonly RouteKey Route = RouteKey.Of("kill", "route");
    private readonly Dictionary<ulong, (bool IsCancel, int VNode, long Number)> _open = [];
    private readonly Queue<(int VNode, long Number)> _made = [];
    private ulong _token;
    private int _number;

    /// <summary>Requests that are not answered.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Creates that were acknowledged.</summary>
    public int Created { get; private set; }

    /// <summary>Cancels that were acknowledged.</summary>
    public int Cancelled { get; private set; }

    /// <summary>Creates that were refused because the disk is full.</summary>
    public int RefusedFull { get; private set; }

    /// <summary>Requests that were refused for any other reason.</summary>
    public int RefusedOther { get; private set; }

    /// <summary>The key of a job.</summary>
    public static JobKey KeyOf(int vnode, long number) => JobKey.Of("kill", "jobs", $"{vnode}-{number}");

    /// <summary>What a job carries: some hundred bytes that follow from its place.</summary>
    public static byte[] MetaOf(int vnode, long number)
    {
        var meta = new byte[64 + (int)(number % 200)];
        for (var at = 0; at + sizeof(long) <= meta.Length; at += sizeof(long))
        {
            BinaryPrimitives.WriteInt64LittleEndian(meta.AsSpan(at), ((long)vnode << 56) + (number << 8) + at);
        }

        return meta;
    }

    /// <summary>Takes the node's answers, and makes the route that the jobs name.</summary>
    public void Begin()
    {
        var isPut = false;
        node.Answered = answer => isPut |= answer.Answer.IsOk;
        var command = new SystemCommand
        {
            Kind = SystemCommandKind.PutRoute,
            Key = Route,
            RequestId = NewRequest(),
            Route = new Route { Key = Route, WebhookUrl = "http://recipient.test/hook" },
        };
        node.Core.CallSystem(++_token, command, node.Now, node.Output);
        node.RunUntil(() => isPut);
        node.Answered = OnAnswer;
    }

    /// <summary>Four creates, then a cancel of the oldest job that is not cancelled.</summary>
    public void Ask()
    {
        if (++_number % 5 == 0 && _made.TryDequeue(out var oldest))
        {
            Ask(JobRequestKind.Cancel, oldest.VNode, oldest.Number);
            return;
        }

        Ask(JobRequestKind.Create, _number % DiskNode.VNodeCount, (life * NumbersALife) + _number);
    }

    private void Ask(JobRequestKind kind, int vnode, long number)
    {
        var isCancel = kind == JobRequestKind.Cancel;
        var request = new JobRequest
        {
            Kind = kind,
            Key = KeyOf(vnode, number),
            RequestId = NewRequest(),
            DelayMs = isCancel ? 0 : 30L * 86_400_000,
            Route = isCancel ? default : Route,
            Meta = isCancel ? default : MetaOf(vnode, number),
        };
        _open.Add(++_token, (isCancel, vnode, number));
        node.Core.Call(_token, GroupId.Of(new VNodeId(vnode)), request, node.Now, node.Output);
    }

    private void OnAnswer(CallAnswer answer)
    {
        if (!_open.Remove(answer.Token, out var asked))
        {
            return;
        }

        if (!answer.Answer.IsOk)
        {
            var isFull = !asked.IsCancel && answer.Answer.Code == ErrorCode.StorageFull;
            RefusedFull += isFull ? 1 : 0;
            RefusedOther += isFull ? 0 : 1;
            return;
        }

        told(new Acknowledged(asked.IsCancel, asked.VNode, asked.Number, answer.Answer.Version.Value));
        Created += asked.IsCancel ? 0 : 1;
        Cancelled += asked.IsCancel ? 1 : 0;
        if (!asked.IsCancel)
        {
            _made.Enqueue((asked.VNode, asked.Number));
        }
    }

    private RequestId NewRequest() => new(new UInt128((ulong)life + 1, _token + 1));
}
