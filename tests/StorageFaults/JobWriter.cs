using System.Buffers.Binary;
using System.Text;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.StorageFaults;

/// <summary>
/// The process that is killed: creates jobs and cancels some, as fast as it can, and tells each acknowledgement.
/// </summary>
public sealed class JobWriter
{
    private const int InFlight = 256;
    private const long NumbersALife = 100_000_000;
    private static readonly RouteKey Route = RouteKey.Of("kill", "route");
    private readonly DiskNode _node;
    private readonly StreamWriter _told;
    private readonly Dictionary<ulong, (bool IsCancel, int VNode, long Number)> _open = [];
    private readonly Queue<(int VNode, long Number)> _made = [];
    private readonly int _life;
    private ulong _token;
    private int _number;

    private JobWriter(DiskNode node, int life, StreamWriter told)
    {
        _node = node;
        _life = life;
        _told = told;
    }

    /// <summary>Writes until it is killed.</summary>
    /// <param name="path">The data directory.</param>
    /// <param name="life">The number of this life.</param>
    /// <param name="told">Where acknowledgements are told.</param>
    public static int Run(string path, int life, Stream told)
    {
        using var node = new DiskNode(path, life);
        using var writer = new StreamWriter(told, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        node.RunUntil(node.IsReady);
        new JobWriter(node, life, writer).WriteForEver();
        return 0;
    }

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

    private void WriteForEver()
    {
        _node.Answered = OnAnswer;
        PutRoute();
        while (true)
        {
            while (_open.Count < InFlight)
            {
                Ask();
            }

            _node.Turn();
            _told.Flush();
        }
    }

    private void PutRoute()
    {
        var isPut = false;
        _node.Answered = answer => isPut |= answer.Answer.IsOk;
        var command = new SystemCommand
        {
            Kind = SystemCommandKind.PutRoute,
            Key = Route,
            RequestId = NewRequest(),
            Route = new Route { Key = Route, WebhookUrl = "http://recipient.test/hook" },
        };
        _node.Core.CallSystem(++_token, command, _node.Now, _node.Output);
        _node.RunUntil(() => isPut);
        _node.Answered = OnAnswer;
    }

    /// <summary>Four creates, then a cancel of the oldest job that is not cancelled.</summary>
    private void Ask()
    {
        var isCancel = ++_number % 5 == 0 && _made.Count > 0;
        var (vnode, number) = isCancel
            ? _made.Dequeue()
            : (_number % DiskNode.VNodeCount, (_life * NumbersALife) + _number);
        var request = new JobRequest
        {
            Kind = isCancel ? JobRequestKind.Cancel : JobRequestKind.Create,
            Key = KeyOf(vnode, number),
            RequestId = NewRequest(),
            DelayMs = isCancel ? 0 : 30L * 86_400_000,
            Route = isCancel ? default : Route,
            Meta = isCancel ? default : MetaOf(vnode, number),
        };
        _open.Add(++_token, (isCancel, vnode, number));
        _node.Core.Call(_token, GroupId.Of(new VNodeId(vnode)), request, _node.Now, _node.Output);
    }

    private void OnAnswer(CallAnswer answer)
    {
        if (!_open.Remove(answer.Token, out var asked) || !answer.Answer.IsOk)
        {
            return;
        }

        var told = new Acknowledged(asked.IsCancel, asked.VNode, asked.Number, answer.Answer.Version.Value);
        _told.Write(told.Line + "\n");
        if (!asked.IsCancel)
        {
            _made.Enqueue((asked.VNode, asked.Number));
        }
    }

    private RequestId NewRequest() => new(new UInt128((ulong)_life + 1, _token + 1));
}
