using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Recipients;
using TimeMachine.Simulation.Workload;

namespace TimeMachine.Simulation.Tests.Workload;

public sealed class ClientLoadTests
{
    private static readonly WorkloadOptions Options = new();

    [Fact]
    public void A_run_makes_at_least_five_hundred_jobs_of_all_kinds()
    {
        var operations = Run(seed: 3, out _);

        Assert.True(operations.Count(operation => operation.Kind == JobActionKind.Create) >= 500);
        foreach (var kind in Enum.GetValues<JobActionKind>().Where(kind => kind < JobActionKind.Claim))
        {
            Assert.Contains(operations, operation => operation.Kind == kind);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_load() =>
        Assert.Equal(
            Run(seed: 4, out _).Select(operation => (operation.Request, operation.Key, operation.InvokeUs)),
            Run(seed: 4, out _).Select(operation => (operation.Request, operation.Key, operation.InvokeUs)));

    [Fact]
    public void A_repeat_of_an_unknown_outcome_is_the_same_operation()
    {
        var operations = Run(seed: 5, out var calls);

        Assert.True(calls > operations.Count);
        Assert.Contains(operations, operation => operation.WasUnknown && operation.Answer is not null);
    }

    [Fact]
    public void Every_temper_of_a_recipient_is_met()
    {
        var nowUs = Options.StartMs * 1_000;
        var observer = new SimObserver(6, new JobCheckOptions(), () => nowUs);
        observer.Recipients.SetScript("sim/flaky", RecipientScript.Flaky);

        for (var i = 0; i < 2_000; i++)
        {
            var send = observer.Recipients.BeginRequest(new SendInfo
            {
                Node = new NodeId(1),
                Group = new GroupId(1),
                Key = "sim/jobs/a",
                Version = default,
                Claim = default,
                Route = "sim/flaky",
            });
            observer.Recipients.EndRequest(send, SenderSaw.Timeout);
        }

        var plans = observer.Recipients.Sends.Select(send => send.Plan).ToList();
        Assert.All([200, 410, 429, 500], status => Assert.Contains(plans, plan => plan.Status == status));
        Assert.All(Enum.GetValues<SenderSaw>().Where(saw => saw is not (SenderSaw.Timeout or SenderSaw.Crash)),
            saw => Assert.Contains(plans, plan => plan.Saw == saw));
        Assert.Contains(plans, plan => plan is { Saw: SenderSaw.Broken, IsRead: true });
        Assert.Contains(plans, plan => plan.Status == 200 && plan.AfterMs > 10_000);
    }

    [Fact]
    public void The_admin_puts_every_route_before_it_changes_one()
    {
        var nowUs = Options.StartMs * 1_000;
        var observer = new SimObserver(7, new JobCheckOptions(), () => nowUs);
        var admin = new RouteLoad(7, observer);
        var seen = new HashSet<string>();
        var revision = 0;
        while (!admin.AllPut)
        {
            var plan = admin.Next()!;
            Assert.Equal(RoutePlanKind.Put, plan.Kind);
            seen.Add(plan.Route);
            admin.Answered(ErrorCode.None, new CommandNumber(++revision));
        }

        Assert.Equal(RouteCatalog.All.Count, seen.Count);
        Assert.NotNull(admin.Next());
    }

    /// <summary>Answers each call after 3 ms; each tenth one leaves its outcome unknown.</summary>
    private static List<ClientOperation> Run(ulong seed, out int calls)
    {
        var nowUs = Options.StartMs * 1_000;
        var observer = new SimObserver(seed, new JobCheckOptions(), () => nowUs);
        var load = new ClientLoad(seed, Options, observer);
        calls = 0;
        for (; nowUs / 1_000 < Options.StartMs + Options.DurationMs; nowUs += 3_000)
        {
            foreach (var client in load.Clients)
            {
                if (load.Wake(client.Number) is { } call)
                {
                    var code = ++calls % 10 == 0 ? ErrorCode.OutcomeUnknown : ErrorCode.None;
                    load.Answered(call, new AnswerFact { Code = code, Version = new CommandNumber(calls) });
                }
            }
        }

        return [.. load.Operations];
    }
}
