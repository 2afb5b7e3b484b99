using System.Globalization;
using System.Text.RegularExpressions;

namespace TimeMachine.Chaos;

/// <summary>What the nodes' metrics count of attempts and claims, all nodes together.</summary>
internal sealed partial class NodeCounters
{
    // What a node's thread counts is shown a second late at most.
    private const int LateMs = 1_500;
    private readonly SortedDictionary<string, long> _ended = new(StringComparer.Ordinal);

    private NodeCounters()
    {
    }

    /// <summary>Claims that were taken over from a leader before: nobody knows whether they were sent.</summary>
    public long Inherited { get; private set; }

    /// <summary>Attempts that ended, however.</summary>
    public long AllEnded => _ended.Values.Sum();

    /// <summary>Attempts that ended so.</summary>
    /// <param name="outcome">As the metric names it.</param>
    public long Ended(string outcome) => _ended.GetValueOrDefault(outcome);

    /// <summary>Reads them, a moment later.</summary>
    public static async Task<NodeCounters> ReadAsync(ChaosCluster cluster)
    {
        await Task.Delay(LateMs);
        var counters = new NodeCounters();
        foreach (var node in cluster.Nodes)
        {
            foreach (Match line in Lines().Matches(await cluster.Rest.TextAsync(node.RestUrl + "/metrics")))
            {
                var count = long.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture);
                if (line.Groups["outcome"] is { Success: true, Value: var outcome })
                {
                    counters._ended[outcome] = counters.Ended(outcome) + count;
                }
                else
                {
                    counters.Inherited += count;
                }
            }
        }

        return counters;
    }

    /// <summary>What was counted from here to there. No node was started again between.</summary>
    public NodeCounters Until(NodeCounters later)
    {
        var between = new NodeCounters { Inherited = later.Inherited - Inherited };
        foreach (var (outcome, count) in later._ended)
        {
            between._ended[outcome] = count - Ended(outcome);
        }

        return between;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"attempts {string.Join(", ", _ended.Where(static entry => entry.Value > 0).Select(TextOf))}; claims inherited "
        + $"{Inherited:N0}");

    private static string TextOf(KeyValuePair<string, long> ended) =>
        string.Create(CultureInfo.InvariantCulture, $"{ended.Key} {ended.Value:N0}");

    [GeneratedRegex(
        """
        ^timemachine_(attempt_seconds_count\{[^}]*outcome="(?<outcome>\w+)"[^}]*\}|claims_inherited_total\S*)
        \x20(?<count>\d+)
        """,
        RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Lines();
}
