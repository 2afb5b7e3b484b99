using System.Buffers.Binary;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.StorageFaults;

/// <summary>
/// Creates jobs on a node and cancels some, tells each acknowledgement, and asks again what it is told to ask again.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="life">The number of the node's life.</param>
/// <param name="told">Told of each acknowledgement.</param>
public sealed class JobClient(DiskNode node, int life, Action<Acknowledged> told)
{
    private const long NumbersALife = 100_000_000;
    private static readonly RouteKey Route = RouteKey.Of("kill", "route");
    private readonly Dictionary<ulong, (bool IsCancel, int VNode, long Number)> _open = [];
    private readonly Queue<(int VNode, long Number)> _made = [];
    private readonly Queue<(ulong Token, bool IsCancel, int VNode, long Number)> _again = [];
    private bool _isAgainNext;
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

    /// <summary>How often a request was told to come again.</summary>
    public int ToldAgain { get; private set; }

    /// <summary>Requests that were refused for any other reason.</summary>
    public int RefusedOther { get; private set; }

    /// <summary>The last of those reasons, and what it refused.</summary>
    public string LastOther { get; private set; } = "";

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
            RequestId = RequestOf(++_token),
            Route = new Route { Key = Route, WebhookUrl = "http://recipient.test/hook" },
        };
        node.Core.CallSystem(_token, command, node.Now, node.Output);
        node.RunUntil(() => isPut);
        node.Answered = OnAnswer;
    }

    /// <summary>
    /// Every other time what was told to come again; else four creates, then a cancel of the oldest job without one.
    /// </summary>
    public void Ask()
    {
        _isAgainNext = !_isAgainNext;
        if (_isAgainNext && _again.TryDequeue(out var again))
        {
            Ask(again.Token, again.IsCancel, again.VNode, again.Number);
            return;
        }

        if (++_number % 5 == 0 && _made.TryDequeue(out var oldest))
        {
            Ask(++_token, isCancel: true, oldest.VNode, oldest.Number);
            return;
        }

        Ask(++_token, isCancel: false, _number % DiskNode.VNodeCount, (life * NumbersALife) + _number);
    }

    private void Ask(ulong token, bool isCancel, int vnode, long number)
    {
        var request = new JobRequest
        {
            Kind = isCancel ? JobRequestKind.Cancel : JobRequestKind.Create,
            Key = KeyOf(vnode, number),
            RequestId = RequestOf(token),
            DelayMs = isCancel ? 0 : 30L * 86_400_000,
            Route = isCancel ? default : Route,
            Meta = isCancel ? default : MetaOf(vnode, number),
        };
        _open.Add(token, (isCancel, vnode, number));
        node.Core.Call(token, GroupId.Of(new VNodeId(vnode)), request, node.Now, node.Output);
    }

    private void OnAnswer(CallAnswer answer)
    {
        if (!_open.Remove(answer.Token, out var asked))
        {
            return;
        }

        if (!answer.Answer.IsOk)
        {
            OnRefused(answer.Token, asked.IsCancel, asked.VNode, asked.Number, answer.Answer.Code);
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

    private void OnRefused(ulong token, bool isCancel, int vnode, long number, ErrorCode code)
    {
        if (code == ErrorCode.Overloaded)
        {
            ToldAgain++;
            _again.Enqueue((token, isCancel, vnode, number));
        }
        else if (code == ErrorCode.StorageFull && !isCancel)
        {
            RefusedFull++;
        }
        else
        {
            RefusedOther++;
            LastOther = $"{(isCancel ? "cancel" : "create")} {vnode}-{number}: {code}";
        }
    }

    private RequestId RequestOf(ulong token) => new(((ulong)(life + 1) << 40) + token);
}
