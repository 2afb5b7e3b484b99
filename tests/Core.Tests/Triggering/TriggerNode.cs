using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

/// <summary>One node of the rig: its clocks, its routes and its engine.</summary>
internal sealed class TriggerNode
{
    private readonly long _monoStart;

    public TriggerNode(NodeId id, ulong seed, TriggerOptions options)
    {
        Id = id;
        _monoStart = 1_000_000L * id.Value;
        Clock = new DueClock(id, new DueClockOptions());
        Gate = new RouteGate(new RouteGateOptions(), id, (ulong)id.Value, seed, Routes);
        Engine = new TriggerEngine(options, seed, Routes, Gate, Clock);
    }

    public NodeId Id { get; }

    public DueClock Clock { get; }

    public RouteTable Routes { get; } = new();

    public RouteGate Gate { get; }

    public TriggerEngine Engine { get; }

    public TriggerOutput Output { get; } = new();

    /// <summary>How far its wall clock is ahead of the true time, in ms.</summary>
    public long SkewMs { get; set; }

    /// <summary>Until when its process stands still, in true time.</summary>
    public long FrozenUntil { get; set; }

    /// <summary>Whether the system group answers it.</summary>
    public bool IsConfirming { get; set; } = true;

    public MonoMs Mono(long trueMs) => new(_monoStart + trueMs);

    public long TrueOf(MonoMs mono) => mono.Value - _monoStart;

    public void Confirm(MonoMs now, CommandNumber revision)
    {
        if (!IsConfirming || Gate.TakeRequest(now) is not { } request)
        {
            return;
        }

        var grants = Routes.List().Where(route => route.IsLimited)
            .Select(route => new LeaseGrant(route.Key, route.Concurrency, route.RatePerSecond));
        Gate.OnResponse(
            new LeaseResponse
            {
                Node = Id,
                Session = request.Session,
                Sequence = request.Sequence,
                Term = new Term(1),
                RouteRevision = revision,
                Grants = [.. grants],
            });
    }
}
