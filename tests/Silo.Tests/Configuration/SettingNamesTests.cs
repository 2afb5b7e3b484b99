using System.Collections;
using System.Text.RegularExpressions;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Tests.Configuration;

/// <summary>Every setting that a document, a script or a file of deploy names is one, however it is written.</summary>
public sealed partial class SettingNamesTests
{
    private static readonly IReadOnlyDictionary<string, object> Sections = new SiloSettings().Sections();

    public static TheoryData<string> Files =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md").Concat(Of("docs")).Concat(Of("deploy")).Concat(Of("Api"))
            .Concat(Of("Silo")).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_names_no_setting_that_is_not_there(string path)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, path));

        Assert.DoesNotContain(NamesIn(text), name => !IsSetting(name));
    }

    [Fact]
    public void Names_are_found_in_every_way_of_writing_and_a_slip_in_one_is_too()
    {
        const string text = """
            TIMEMACHINE_CONFIG=a TIMEMACHINE_NODE__NAME=b TimeMachine__Api__AllowAnonymous=true
            `TimeMachine:Log:BatchMib`
            TIMEMACHINE_API__KEYS__0__SCOPES__1 --Listen:RestPort=1 `Tls:AllowPlain` `TimeMachine:Nodes:NAME` `Sql`
            TIMEMACHINE_NODE__NAMES=b --TimeMachine:Lissen:RestPort=1 `Tls:AllowPlane` TIMEMACHINE_API__KEYS__0__HASH
            """;

        var slips = NamesIn(text).Where(name => !IsSetting(name)).Order(StringComparer.Ordinal);

        Assert.Equal(["API:KEYS:0:HASH", "Lissen:RestPort", "NODE:NAMES", "Tls:AllowPlane"], slips);
        Assert.Equal(11, NamesIn(text).Count());
    }

    private static IEnumerable<string> Of(string folder) => Directory
        .GetFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
        .Where(path => folder is "docs" or "deploy" ? !path.EndsWith(".cs", StringComparison.Ordinal)
            : path.EndsWith(".md", StringComparison.Ordinal));

    /// <summary>The settings that a text names, each as section and key with colons between.</summary>
    private static IEnumerable<string> NamesIn(string text) => Variable().Matches(text)
        .Select(found => found.Groups["name"].Value.Replace("__", ":", StringComparison.Ordinal))
        .Concat(Full().Matches(text).Concat(Argument().Matches(text)).Concat(Short().Matches(text))
            .Select(found => found.Groups["name"].Value))
        .Where(name => name is not "CONFIG");

    private static bool IsSetting(string name)
    {
        var parts = name.Split(':');
        return parts[0] == "Nodes"
            || (Sections.TryGetValue(parts[0], out var section) && IsIn(section.GetType(), parts.AsSpan(1)));
    }

    private static bool IsIn(Type type, ReadOnlySpan<string> keys)
    {
        if (keys.IsEmpty)
        {
            return true;
        }

        var key = keys[0];
        var property = SettingsBinder.PropertiesOf(type)
            .FirstOrDefault(found => found.Name.Equals(key, StringComparison.OrdinalIgnoreCase));
        if (property is null || keys.Length == 1)
        {
            return property is not null;
        }

        // The number of an item, and what is in it.
        return property.PropertyType.IsGenericType && property.PropertyType.IsAssignableTo(typeof(IEnumerable))
            && int.TryParse(keys[1], out _)
            && (keys.Length == 2 || IsIn(property.PropertyType.GetGenericArguments()[0], keys[2..]));
    }

    [GeneratedRegex(@"\b(?:TIMEMACHINE_|TimeMachine__)(?<name>[A-Za-z0-9]+(?:__[A-Za-z0-9]+)*)\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\bTimeMachine:(?<name>[A-Za-z0-9]+(?::[A-Za-z0-9]+)*)")]
    private static partial Regex Full();

    [GeneratedRegex(@"--(?!TimeMachine:)(?<name>[A-Z][A-Za-z]+:[A-Za-z0-9:]+)=")]
    private static partial Regex Argument();

    [GeneratedRegex(@"`(?<name>(?:Cluster|Sql|Listen|Tls|Api|Console|Client|Webhooks|Node|Log|Checkpoints|JobStore)"
        + ":[A-Za-z0-9:]+)")]
    private static partial Regex Short();
}
