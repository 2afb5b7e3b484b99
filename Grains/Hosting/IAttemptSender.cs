using TimeMachine.Core.Triggering;

namespace TimeMachine.Grains.Hosting;

/// <summary>Makes attempts: writes each to one socket, once.</summary>
public interface IAttemptSender
{
    /// <summary>Begins an attempt, and returns at once.</summary>
    /// <param name="attempt">What to write.</param>
    /// <param name="ended">Told once how it ended; on any thread.</param>
    public void Send(in SendRequest attempt, Action<AttemptResult> ended);
}
