namespace TimeMachine.Api.Tests.Hosting;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TimeMachine.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No solution above the tests.");
        }

        return folder.FullName;
    }
}
