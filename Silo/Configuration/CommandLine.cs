namespace TimeMachine.Silo.Configuration;

/// <summary>What the command line sets.</summary>
/// <param name="File">The cluster's file; null if none is named.</param>
/// <param name="Values">By full key.</param>
internal sealed record CommandLine(string? File, Dictionary<string, string> Values)
{
    /// <summary>How it is written.</summary>
    public const string Usage = """
        --config FILE           the settings of the cluster; else the variable TIMEMACHINE_CONFIG names it
        --Section:Key=value     one setting, as --Node:Name=node2; docs/settings.md has them all
        """;

    /// <summary>Reads it: <c>--name=value</c> or <c>--name value</c>.</summary>
    public static CommandLine Parse(IReadOnlyList<string> args, List<string> problems)
    {
        string? file = null;
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                // Its text may be the rest of a connection string that was not quoted.
                problems.Add($"Argument {i + 1} is not known. A setting is written --Section:Key=value.");
                continue;
            }

            var cut = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = cut < 0 ? args[i][2..] : args[i][2..cut];
            var value = cut >= 0 ? args[i][(cut + 1)..] : i + 1 < args.Count ? args[++i] : null;
            if (value is null)
            {
                problems.Add($"--{name} has no value.");
            }
            else if (name.Equals("config", StringComparison.OrdinalIgnoreCase))
            {
                file = value;
            }
            else
            {
                values[FullKey(name)] = value;
            }
        }

        return new CommandLine(file, values);
    }

    private static string FullKey(string name)
    {
        const string Root = SiloSettings.Section + ":";
        return name.StartsWith(Root, StringComparison.OrdinalIgnoreCase) ? name : Root + name;
    }
}
