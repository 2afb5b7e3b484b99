namespace TimeMachine.Architecture.Tests;

public sealed class ProjectTests
{
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Text("TimeMachine.sln").Replace('\\', '/');

        var missing = Repository.Files(".csproj").Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var missing = Repository.Files(".csproj")
            .Select(path => Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, "packages.lock.json"))
            .Where(path => !File.Exists(path));

        Assert.Empty(missing);
    }
}
