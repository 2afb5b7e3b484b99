using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Workload;

/// <summary>One client: one open operation at a time, repeated or forgotten when its outcome is unknown.</summary>
/// <param name="number">The client's number.</param>
public sealed class WorkloadClient(int number)
{
    /// <summary>The client's number.</summary>
    public int Number { get; } = number;

    /// <summary>True time at which it acts next, in microseconds; <see cref="long.MaxValue"/> while it waits.</summary>
    public long WakeUs { get; internal set; }

    internal JobCall? Open { get; set; }

    internal int Repeats { get; set; }

    /// <summary>Whether it waits for an answer.</summary>
    public bool IsWaiting => Open is not null && WakeUs == long.MaxValue;
}

/// <summary>A request that a client hands to its router now.</summary>
/// <param name="Client">The client.</param>
/// <param name="Plan">What it asks.</param>
/// <param name="Operation">Its record; its request id goes with every try.</param>
public sealed record JobCall(int Client, JobPlan Plan, ClientOperation Operation);
