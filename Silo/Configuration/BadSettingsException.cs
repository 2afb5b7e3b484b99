namespace TimeMachine.Silo.Configuration;

/// <summary>The node cannot start as it is configured; trying again does not help.</summary>
/// <param name="problems">A sentence for each; names the key, never a secret.</param>
public sealed class BadSettingsException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>One problem.</summary>
    public BadSettingsException(string problem)
        : this([problem])
    {
    }

    /// <summary>A sentence for each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
