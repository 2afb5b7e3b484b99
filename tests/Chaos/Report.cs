namespace TimeMachine.Chaos;

/// <summary>What a run says, and what did not hold in it.</summary>
internal sealed class Report(string name)
{
    private readonly List<string> _lines = [];
    private readonly List<string> _broken = [];

    /// <summary>Says something of what was seen.</summary>
    public void Say(string line) => _lines.Add(line);

    /// <summary>What must hold.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="otherwise">What is wrong if it does not.</param>
    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _broken.Add(otherwise);
        }
    }

    /// <summary>What does not hold.</summary>
    public void Require(IEnumerable<string> broken) => _broken.AddRange(broken);

    /// <summary>Writes all.</summary>
    /// <returns>Whether all held.</returns>
    public async Task<bool> WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync($"{name}: {string.Join($"{Environment.NewLine}  ", _lines)}");
        await output.WriteLineAsync(_broken.Count == 0 ? "  OK" : $"  FAILED: {string.Join(", ", _broken)}");
        return _broken.Count == 0;
    }
}
