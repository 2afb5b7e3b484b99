namespace TimeMachine.Simulation.Kernel;

/// <summary>Receives events of the world's queue.</summary>
public interface IEventTarget
{
    /// <summary>A number that names the target in traces: a node's, a client's, or a negative one of the
    /// kernel.</summary>
    public int Address { get; }

    /// <summary>Handles one event. What it schedules lies at or after the event's time.</summary>
    public void OnEvent(in SimEvent simEvent);
}
