using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Tests.SystemGroup;

/// <summary>One replica of the system group, fed command by command.</summary>
internal sealed class SystemDesk
{
    public static readonly RouteKey Key = RouteKey.Of("shop", "mail");
    private readonly ApplyOutput _output = new();

    public SystemDesk(SystemOptions? options = null)
    {
        Options = options ?? new SystemOptions();
        Machine = SystemStateMachine.Load(Store, Options);
    }

    public SystemOptions Options { get; }

    public MemoryRowStore Store { get; private set; } = new();

    public SystemStateMachine Machine { get; private set; }

    public static Route ARoute(string id = "mail") => new()
    {
        Key = RouteKey.Of("shop", id),
        WebhookUrl = "https://mail.example/hook",
        Concurrency = 5,
        RatePerSecond = 50,
        Secrets = [new byte[] { 1, 2, 3 }],
    };

    public static SystemCommand Put(Route route, ulong request = 0) =>
        new() { Kind = SystemCommandKind.PutRoute, Route = route, RequestId = new RequestId(request) };

    public static SystemCommand Admit(string name, ulong incarnation, long silentMs = 0, int node = 0) => new()
    {
        Kind = SystemCommandKind.AdmitNode,
        Name = name,
        Node = new NodeId(node),
        Incarnation = incarnation,
        SilentMs = silentMs,
    };

    public static SystemCommand OnRoute(SystemCommandKind kind, CommandNumber? ifMatch = null, ulong request = 0) =>
        new() { Kind = kind, Key = Key, IfMatch = ifMatch, RequestId = new RequestId(request) };

    public JobAnswer Apply(SystemCommand command)
    {
        _output.Clear();
        var payload = SystemCommandCodec.Encode(command);
        Machine.Apply(Machine.Applied + 1, new Term(1), EntryKind.Commands, payload, _output);
        return _output.Answers.Single().Answer;
    }

    /// <summary>A crash right after a checkpoint.</summary>
    public void Restart()
    {
        Machine.WriteCheckpoint();
        Store = Store.Clone();
        Machine = SystemStateMachine.Load(Store, Options);
    }

    public bool IsThere() => Machine.Routes.TryGet(Key, out _);
}
