namespace TimeMachine.Simulation.Recipients;

/// <summary>Hears of each request at its socket write and at its end.</summary>
public interface ISendObserver
{
    /// <summary>A request was written.</summary>
    public void SendBegan(SendRecord send);

    /// <summary>A request ended for its sender.</summary>
    public void SendEnded(SendRecord send);
}
