using System.Text.Json;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Delivery;

namespace TimeMachine.Silo.Configuration;

/// <summary>
/// Puts the layers of settings on each other: defaults, the cluster's file, the part of it for this node, the
/// environment, the command line. The later one wins.
/// </summary>
internal static class SettingsReader
{
    /// <summary>The variable that names the file, if the command line does not.</summary>
    public const string FileVariable = "TIMEMACHINE_CONFIG";

    /// <summary>What variables begin with: <c>TIMEMACHINE_NODE__NAME</c> is <c>TimeMachine:Node:Name</c>.</summary>
    public const string VariablePrefix = "TIMEMACHINE_";

    private const string Root = SiloSettings.Section + ":";
    private const string Nodes = Root + "Nodes:";
    private const string NodeName = Root + "Node:Name";

    /// <summary>Reads and checks all settings.</summary>
    /// <param name="args">The command line: <c>--config FILE</c>, and any <c>--Section:Key=value</c>.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="BadSettingsException">Something is unknown, malformed or out of its range.</exception>
    public static SiloSettings Read(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<string>();
        var commandLine = CommandLine.Parse(args, problems);
        var variables = FromVariables(environment, problems);
        var file = FromFile(commandLine.File ?? environment.GetValueOrDefault(FileVariable), problems);
        var named = Merge(file, variables, commandLine.Values);
        var name = named.GetValueOrDefault(NodeName) ?? new NodeSettings().Name;
        var ofNode = OfNode(file, name, problems);
        var merged = Merge(OfAllNodes(file), ofNode, variables, commandLine.Values);

        var settings = new SiloSettings();
        var sections = settings.Sections();
        new SettingsBinder(problems).BindAll(SectionOf(merged), sections);
        TakeDefaults(settings, merged);
        problems.AddRange(sections.SelectMany(section => SettingsChecks.ProblemsOf(section.Value, Root + section.Key)));
        problems.AddRange(SettingsRules.ProblemsOf(settings));
        return problems.Count == 0 ? settings : throw new BadSettingsException([.. problems.Distinct()]);
    }

    private static Dictionary<string, string> FromVariables(
        IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        var values = Empty();
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase) || name == FileVariable)
            {
                continue;
            }

            var key = name[VariablePrefix.Length..];
            if (key.Contains("__", StringComparison.Ordinal))
            {
                values[Root + key.Replace("__", ":", StringComparison.Ordinal)] = value;
            }
            else if (new SiloSettings().Sections().Keys.FirstOrDefault(section => key.StartsWith(
                section + "_", StringComparison.OrdinalIgnoreCase)) is { } section)
            {
                problems.Add($"{name} is not known. Between section and key stand two underscores: "
                    + $"{VariablePrefix}{section.ToUpperInvariant()}__{key[(section.Length + 1)..]}.");
            }
        }

        return values;
    }

    private static Dictionary<string, string> FromFile(string? path, List<string> problems)
    {
        var values = Empty();
        if (string.IsNullOrEmpty(path))
        {
            return values;
        }

        try
        {
            using var stream = File.OpenRead(path);
            foreach (var (key, value) in new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable())
            {
                AddFromFile(key, value, values, problems);
            }
        }
        catch (Exception found) when (found is IOException or UnauthorizedAccessException or FormatException
            or InvalidDataException or JsonException)
        {
            problems.Add($"The file {path} cannot be read: {found.Message}");
        }

        return values;
    }

    private static void AddFromFile(
        string key, string? value, Dictionary<string, string> values, List<string> problems)
    {
        var isRoot = !key.Contains(':', StringComparison.Ordinal);
        if (isRoot && !key.Equals(SiloSettings.Section, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"{key} is not known. All settings are inside {SiloSettings.Section}.");
        }
        else if (isRoot && !string.IsNullOrEmpty(value))
        {
            problems.Add($"{SiloSettings.Section} is a section, not a value.");
        }
        else if (value is not null && !isRoot)
        {
            values[key] = value;
        }
        else if (key.StartsWith(Nodes, StringComparison.OrdinalIgnoreCase)
            && !key[Nodes.Length..].Contains(':', StringComparison.Ordinal))
        {
            // A node whose part is empty is a node all the same.
            values[key] = "";
        }
    }

    private static Dictionary<string, string> OfAllNodes(Dictionary<string, string> file) =>
        new(file.Where(pair => !pair.Key.StartsWith(Nodes, StringComparison.OrdinalIgnoreCase)), file.Comparer);

    // The parts for other nodes are looked at too, so that a slip in the file shows at the first start of any node.
    private static Dictionary<string, string> OfNode(
        Dictionary<string, string> file, string name, List<string> problems)
    {
        var values = Empty();
        var parts = SectionOf(file).GetSection("Nodes").GetChildren().ToList();
        if (parts.Count > 0 && !parts.Exists(part => part.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add($"{NodeName} '{name}' is refused. Allowed by {Nodes[..^1]} of the file: "
                + $"{string.Join(", ", parts.Select(part => part.Key))}.");
        }

        foreach (var part in parts)
        {
            new SettingsBinder(problems).BindAll(part, new SiloSettings().Sections());
            if (part.GetSection("Node:Name").Value is { } inner && inner != part.Key)
            {
                problems.Add($"{part.Path}:Node:Name '{inner}' is refused. Allowed: {part.Key}.");
            }

            if (part.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                values = new(
                    part.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null)
                        .Select(pair => KeyValuePair.Create(Root + pair.Key, pair.Value!)),
                    StringComparer.OrdinalIgnoreCase);
            }
        }

        return values;
    }

    private static void TakeDefaults(SiloSettings settings, Dictionary<string, string> given)
    {
        var node = settings.Node;
        node.DataDirectory = given.ContainsKey(Root + "Node:DataDirectory")
            ? node.DataDirectory
            : Path.Combine("data", node.Name, "data");
        node.LogDirectory = given.ContainsKey(Root + "Node:LogDirectory")
            ? node.LogDirectory
            : Path.Combine("data", node.Name, "raft");
        if (!given.ContainsKey(WebhookOptions.Section + ":Cluster"))
        {
            settings.Webhooks.Cluster = settings.Cluster.Id;
        }

        if (settings.Sql is { Provider: SqlSettings.Sqlite, ConnectionString: "" } && node.DataDirectory.Length > 0)
        {
            var beside = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(node.DataDirectory)));
            settings.Sql.ConnectionString = $"Data Source={Path.Combine(beside ?? "/", "cluster.db")}";
        }
    }

    private static Dictionary<string, string> Merge(params IEnumerable<Dictionary<string, string>> layers)
    {
        var merged = Empty();
        foreach (var (key, value) in layers.SelectMany(layer => layer))
        {
            merged[key] = value;
        }

        return merged;
    }

    private static IConfigurationSection SectionOf(Dictionary<string, string> values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        .Build().GetSection(SiloSettings.Section);

    private static Dictionary<string, string> Empty() => new(StringComparer.OrdinalIgnoreCase);
}
