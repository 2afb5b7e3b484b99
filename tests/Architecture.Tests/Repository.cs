namespace TimeMachine.Architecture.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["artifacts", "bin", "obj", ".git", "data"];

    /// <summary>
    /// The folder that holds the solution. Found from the test's own place: a build server rewrites compile-time paths.
    /// </summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// All files with this ending, as paths below <see cref="Root"/> with forward slashes, in ordinal order.
    /// </summary>
    public static IReadOnlyList<string> Files(string ending)
    {
        var found = new List<string>();
        Collect(Root, ending, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The text of one file.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static void Collect(string folder, string ending, List<string> found)
    {
        foreach (var file in Directory.GetFiles(folder).Where(file => file.EndsWith(ending, StringComparison.Ordinal)))
        {
            found.Add(Path.GetRelativePath(Root, file).Replace('\\', '/'));
        }

        foreach (var child in Directory.GetDirectories(folder))
        {
            if (!NotOurs.Contains(Path.GetFileName(child)))
            {
                Collect(child, ending, found);
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TimeMachine.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run from inside the source tree.");
    }
}
