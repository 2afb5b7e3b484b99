using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace TimeMachine.Architecture.Tests;

/// <summary>Which project may use which project and package. ARCHITECTURE.md shows the same table.</summary>
internal static class ProjectArrows
{
    /// <summary>By project: the projects it may reference, then what a package's name may begin with.</summary>
    public static readonly IReadOnlyDictionary<string, (string[] Projects, string[] Packages)> Allowed =
        new Dictionary<string, (string[], string[])>
        {
            ["TimeMachine.Core"] = ([], ["System.IO.Hashing"]),
            ["TimeMachine.Storage"] = (["TimeMachine.Core"], ["ZoneTree", "Microsoft.Extensions.Logging.Abstractions"]),
            ["TimeMachine.Grains.Interfaces"] = ([], ["Microsoft.Orleans.Sdk"]),
            ["TimeMachine.Grains"] = (
                ["TimeMachine.Core", "TimeMachine.Storage", "TimeMachine.Grains.Interfaces"],
                ["Microsoft.Orleans.", "Microsoft.Extensions."]),
            ["TimeMachine.Api"] = (
                ["TimeMachine.Grains.Interfaces"],
                [
                    "Microsoft.Orleans.Sdk", "Microsoft.Orleans.Client", "Microsoft.Orleans.Clustering.AdoNet",
                    "Npgsql", "Microsoft.Data.Sqlite", "Swashbuckle.", "prometheus-net",
                ]),
            ["TimeMachine.Silo"] = (
                ["TimeMachine.Grains", "TimeMachine.Api"],
                [
                    "Microsoft.Orleans.", "Microsoft.Extensions.", "Npgsql", "Microsoft.Data.Sqlite", "OpenTelemetry.",
                    "prometheus-net",
                ]),
            ["TimeMachine.Demo"] = ([], []),
        };

    /// <summary>The references that a project file states but may not.</summary>
    public static IEnumerable<string> Findings(string project, string projectFile)
    {
        var (projects, packages) = Allowed[project];
        var root = XDocument.Parse(projectFile).Root!;
        var badProjects = Includes(root, "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            .Where(reference => !projects.Contains(reference));
        var badPackages = root.Descendants("PackageReference").Where(reference => !IsToolOnly(reference))
            .Select(reference => reference.Attribute("Include")!.Value)
            .Where(package => !packages.Any(allowed => package.StartsWith(allowed, StringComparison.Ordinal)));
        return badProjects.Concat(badPackages).Select(reference => $"{project} references {reference}");
    }

    /// <summary>The projects of ours that a built assembly uses but may not, by whatever way they came in.</summary>
    public static IEnumerable<string> Findings(string project, IEnumerable<string> usedAssemblies) =>
        usedAssemblies.Where(used => used.StartsWith("TimeMachine.", StringComparison.Ordinal))
            .Where(used => !Allowed[project].Projects.Contains(used))
            .Select(used => $"{project} uses {used}");

    /// <summary>The names of the assemblies that a built assembly uses.</summary>
    public static IReadOnlyList<string> UsedBy(string assemblyPath)
    {
        using var file = File.OpenRead(assemblyPath);
        using var executable = new PEReader(file);
        var metadata = executable.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(used => metadata.GetString(metadata.GetAssemblyReference(used).Name)),
        ];
    }

    private static IEnumerable<string> Includes(XElement root, string kind) =>
        root.Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);

    private static bool IsToolOnly(XElement reference) => reference.Attribute("PrivateAssets")?.Value == "all";
}
