using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Tests.Routes;

/// <summary>A gate with three routes and an obedient system group.</summary>
internal sealed class GateDesk
{
    public GateDesk()
    {
        Free = ARoute("free", 1, 0, 0);
        Limited = ARoute("limited", 2, 10, 0);
        Paced = ARoute("paced", 3, 0, 100);
        Routes.Put(Free);
        Routes.Put(Limited);
        Routes.Put(Paced);
        Gate = new RouteGate(new RouteGateOptions(), new NodeId(1), incarnation: 7, session: 8, Routes);
    }

    public RouteTable Routes { get; } = new();

    public RouteGate Gate { get; }

    public Route Free { get; }

    public Route Limited { get; }

    public Route Paced { get; }

    public MonoMs Now { get; set; } = new(50_000);

    public static LeaseResponse ResponseTo(LeaseRequest request, long revision, params LeaseGrant[] grants) => new()
    {
        Node = request.Node,
        Session = request.Session,
        Sequence = request.Sequence,
        Term = new Term(4),
        RouteRevision = new CommandNumber(revision),
        Grants = grants,
    };

    public LeaseRequest Request() => Gate.TakeRequest(Now) ?? throw new InvalidOperationException("no request");

    public void Exchange(int delayMs = 0, long revision = 0, params LeaseGrant[] grants)
    {
        foreach (var grant in grants)
        {
            Gate.Expect(grant.Route == Paced.Key ? Paced : Limited, Now);
        }

        var request = Request();
        Now += delayMs;
        Gate.OnResponse(ResponseTo(request, revision, grants));
    }

    /// <summary>Sends all that the paced route lets through; each claim takes the same time to commit.</summary>
    public int SendFor(int milliseconds, int commitMs)
    {
        var ready = new Queue<MonoMs>();
        var written = 0;
        for (var i = 0; i < milliseconds; i++, Now += 1)
        {
            if (Gate.TakeRequest(Now) is { } request)
            {
                Gate.OnResponse(ResponseTo(request, 0, new LeaseGrant(Paced.Key, 0, 100)));
            }

            while (Gate.TryReserve(Paced, Now))
            {
                ready.Enqueue(Now + commitMs);
            }

            while (ready.TryPeek(out var at) && at <= Now && Gate.TryTakeWriteSlot(Paced, Now))
            {
                ready.Dequeue();
                Gate.Unreserve(Paced, Now, written: true);
                written++;
            }
        }

        return written;
    }

    private static Route ARoute(string id, long revision, int concurrency, int rate) => new()
    {
        Key = RouteKey.Of("shop", id),
        Revision = new CommandNumber(revision),
        WebhookUrl = "https://shop.example",
        Concurrency = concurrency,
        RatePerSecond = rate,
    };
}
