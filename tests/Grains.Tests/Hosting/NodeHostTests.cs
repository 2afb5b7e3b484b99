using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Hosting;
using TimeMachine.Storage.Files;

namespace TimeMachine.Grains.Tests.Hosting;

/// <summary>A node on its own thread, called from others.</summary>
public sealed class NodeHostTests : IPeerLinks, IAttemptSender, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly JobKey Key = JobKey.Of("shop", "orders", "a");
    private readonly string _path = Directory.CreateTempSubdirectory("time-machine-host-").FullName;
    private readonly TaskCompletionSource<SendRequest> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeHost _host;
    private ulong _request;

    public NodeHostTests()
    {
        var options = new NodeMachineOptions
        {
            Self = new NodeId(1),
            DataDirectory = Path.Combine(_path, "data"),
            LogDirectory = Path.Combine(_path, "raft"),
            Log = new()
            {
                SegmentBytes = 256 * 1024,
                SlotsMax = 16,
                ReserveBytes = 256 * 1024,
                BatchBytesMax = 128 * 1024,
            },
            Node = new NodeOptions { VNodeCount = 1, Engine = new EngineOptions { PayloadBytesMax = 64 * 1024 } },
            Forms = true,
            Seed = 1,
        };
        _host = new NodeHost(
            options,
            RealFileSystem.EndingTheProcess(),
            this,
            this,
            TimeProvider.System,
            error => _sent.TrySetException(error));
    }

    [Fact]
    public async Task A_job_is_created_sent_and_told_as_delivered()
    {
        await AskUntilOkAsync(() => _host.CallSystemAsync(new SystemCommand
        {
            Kind = SystemCommandKind.AdmitNode,
            Name = "node1",
            Node = new NodeId(1),
            Incarnation = _host.Identity.Tag,
        }));
        var route = RouteKey.Of("shop", "hook");
        await AskUntilOkAsync(() => _host.CallSystemAsync(new SystemCommand
        {
            Kind = SystemCommandKind.PutRoute,
            Key = route,
            RequestId = new RequestId(++_request),
            Route = new Route { Key = route, WebhookUrl = "http://recipient.test/" },
        }));
        var created = await AskUntilOkAsync(() => _host.CallAsync(new GroupId(1), new JobRequest
        {
            Kind = JobRequestKind.Create,
            Key = Key,
            RequestId = new RequestId(++_request),
            DelayMs = 10,
            Route = route,
            Meta = "{}"u8.ToArray(),
        }));

        var sent = await _sent.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        JobState state;
        do
        {
            var request = new JobRequest { Kind = JobRequestKind.Get, Key = Key };
            state = (await AskUntilOkAsync(() => _host.CallAsync(new GroupId(1), request))).State;
        }
        while (state != JobState.Delivered);

        Assert.Equal(created.Version, sent.Version);
    }

    [Fact]
    public async Task A_question_that_fails_fails_its_caller_and_not_the_node()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _host.AskAsync<int>(_ => throw new InvalidOperationException("no")));

        Assert.Equal(new NodeId(1), await _host.AskAsync(machine => machine.Core.Self));
    }

    void IPeerLinks.SendBatch(NodeId peer, Lane lane, ReadOnlySpan<byte> bytes) => Assert.Fail("it is alone");

    void IPeerLinks.SendMessage(NodeId node, byte[] bytes) => Assert.Fail("it is alone");

    void IAttemptSender.Send(in SendRequest attempt, Action<AttemptResult> ended)
    {
        _sent.TrySetResult(attempt);
        ended(AttemptResult.Answer(200, durationMs: 1));
    }

    public void Dispose()
    {
        _host.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    private static async Task<JobAnswer> AskUntilOkAsync(Func<Task<CallAnswer>> ask)
    {
        JobAnswer answer;
        do
        {
            answer = (await ask().WaitAsync(Patience, TestContext.Current.CancellationToken)).Answer;
        }
        while (answer.Code is ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.Unavailable);

        Assert.Equal(ErrorCode.None, answer.Code);
        return answer;
    }
}
