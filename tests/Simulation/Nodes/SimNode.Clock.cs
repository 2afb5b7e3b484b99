using TimeMachine.Core.Node;
using TimeMachine.Simulation.Clocks;

namespace TimeMachine.Simulation.Nodes;

/// <content>The node's clocks, and the rule that no node follows a step of its wall clock alone.</content>
public sealed partial class SimNode
{
    /// <summary>A step ahead by more than this needs others that agree; they may have drifted, or be bad too.</summary>
    private const long StepMsMax = 1_000;

    /// <summary>A due clock that is off by more counts as a bad one.</summary>
    private const long BadMs = 50;

    private bool _hasHeardClocks;
    private long? _clockErrorMs;

    /// <summary>All nodes.</summary>
    public IReadOnlyList<SimNode> All { get; set; } = [];

    /// <summary>
    /// Whether its due clock is off, although the wall clock may be right again: a step back is adopted only once a
    /// majority is heard to agree.
    /// </summary>
    public bool IsDueClockBad => _core is not null && Math.Abs(_clockErrorMs ?? 0) > BadMs;

    private void SampleClock(NodeCore core)
    {
        core.Sample(Now, Host.Clock.Wall);
        var errorMs = core.Clock.Own(Now).Value - SimClock.EpochMs - _run.World.NowMs;
        var isStepAhead = _hasHeardClocks && errorMs - (_clockErrorMs ?? errorMs) > StepMsMax;
        _clockErrorMs = errorMs;
        if (isStepAhead && All.All(other => other == this || !IsNear(other, errorMs)))
        {
            _run.World.Violate("clock-step", $"node {Id} followed its wall clock to {errorMs} ms ahead, alone");
        }
    }

    private static bool IsNear(SimNode other, long errorMs) =>
        Math.Abs((other.Host.Clock.ErrorUs / 1_000) - errorMs) <= StepMsMax
        || Math.Abs((other._clockErrorMs ?? long.MinValue / 2) - errorMs) <= StepMsMax;
}
