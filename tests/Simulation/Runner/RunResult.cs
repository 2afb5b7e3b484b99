using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Runner;

/// <summary>What a run came to.</summary>
/// <param name="Seed">The run.</param>
/// <param name="EventCount">Events handled.</param>
/// <param name="VirtualUs">Virtual time that passed, in microseconds.</param>
/// <param name="TraceHash">The hash over all events.</param>
/// <param name="Counters">The figures.</param>
/// <param name="Violations">Empty, or what ended the run.</param>
public sealed record RunResult(
    ulong Seed,
    long EventCount,
    long VirtualUs,
    ulong TraceHash,
    CounterValues Counters,
    IReadOnlyList<Violation> Violations);
