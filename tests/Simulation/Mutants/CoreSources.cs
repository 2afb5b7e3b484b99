using System.Reflection;
using System.Xml.Linq;

namespace TimeMachine.Simulation.Mutants;

/// <summary>The source text of an assembly that is to be mutated, as it was when the simulator was built.</summary>
/// <param name="AssemblyName">The assembly's name; the mutated one has the same.</param>
/// <param name="Files">Source text by path, with forward slashes.</param>
/// <param name="GlobalUsings">Name spaces that the project file makes known everywhere.</param>
/// <param name="Friends">Assemblies that see internals.</param>
public sealed record CoreSources(
    string AssemblyName,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<string> GlobalUsings,
    IReadOnlyList<string> Friends)
{
    private const string Prefix = "Core/";
    private const string ProjectFile = "Core/TimeMachine.Core.csproj";

    /// <summary>Reads Core's sources out of the simulator's resources.</summary>
    public static CoreSources Load()
    {
        var assembly = typeof(CoreSources).Assembly;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            // The glob's folders come with the slashes of the machine that built it.
            var path = name.Replace('\\', '/');
            if (path.StartsWith(Prefix, StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal))
            {
                files[path[Prefix.Length..]] = Read(assembly, name);
            }
        }

        var project = XDocument.Parse(Read(assembly, ProjectFile));
        return new CoreSources(
            "TimeMachine.Core", files, Included(project, "Using"), Included(project, "InternalsVisibleTo"));
    }

    private static List<string> Included(XDocument project, string item) =>
        [.. project.Descendants(item).Select(element => element.Attribute("Include")?.Value).OfType<string>()];

    private static string Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
