using System.Collections;

namespace TimeMachine.Api.Hosting;

/// <summary>Variables that are named as a node's are: <c>TIMEMACHINE_SQL__PROVIDER</c> is
/// <c>TimeMachine:Sql:Provider</c>. One set of them does for nodes and for this process.</summary>
internal static class NodeVariables
{
    private const string Prefix = "TIMEMACHINE_";

    /// <summary>The settings that they are, also those that only nodes have.</summary>
    /// <param name="environment">The process's variables.</param>
    public static Dictionary<string, string?> Read(IDictionary environment)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in environment.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            // Two underscores at once would be the framework's own form, which it reads itself.
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && name.IndexOf("__", StringComparison.Ordinal) > Prefix.Length)
            {
                var key = name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                settings["TimeMachine:" + key] = (string?)environment[name];
            }
        }

        return settings;
    }
}
