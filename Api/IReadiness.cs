namespace TimeMachine.Api;

/// <summary>Says whether this process should get traffic.</summary>
public interface IReadiness
{
    /// <summary>Looks now.</summary>
    public ValueTask<ReadinessReport> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Whether a process should get traffic.</summary>
/// <param name="IsReady">Whether it should.</param>
/// <param name="Reason">For people: why not, or what makes it fine.</param>
public sealed record ReadinessReport(bool IsReady, string Reason);
