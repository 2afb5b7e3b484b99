namespace TimeMachine.Architecture.Tests;

public sealed class ProjectTests
{
    public static TheoryData<string> ProductProjects => [.. ProjectArrows.Allowed.Keys];

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Text("TimeMachine.sln").Replace('\\', '/');

        var missing = Repository.Files(".csproj")
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

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

    [Fact]
    public void Every_project_of_the_product_has_arrows()
    {
        var projects = Repository.Files(".csproj").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
            .Select(path => Path.GetFileNameWithoutExtension(path));

        Assert.Equal(ProjectArrows.Allowed.Keys.Order(), projects.Order());
    }

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void A_project_states_only_references_that_it_may_have(string project)
    {
        var path = Repository.Files(".csproj").Single(path => Path.GetFileNameWithoutExtension(path) == project);

        Assert.Empty(ProjectArrows.Findings(project, Repository.Text(path)));
    }

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void An_assembly_uses_only_projects_that_it_may_know(string project)
    {
        var used = ProjectArrows.UsedBy(Path.Combine(AppContext.BaseDirectory, project + ".dll"));

        Assert.Contains("System.Runtime", used);
        Assert.Empty(ProjectArrows.Findings(project, used));
    }

    [Theory]
    [InlineData("TimeMachine.Core", "<PackageReference Include=\"Microsoft.Orleans.Sdk\" />")]
    [InlineData("TimeMachine.Core", "<ProjectReference Include=\"../Storage/TimeMachine.Storage.csproj\" />")]
    [InlineData("TimeMachine.Storage", "<PackageReference Include=\"Microsoft.Orleans.Runtime\" />")]
    [InlineData("TimeMachine.Grains", "<ProjectReference Include=\"../Api/TimeMachine.Api.csproj\" />")]
    [InlineData("TimeMachine.Api", "<ProjectReference Include=\"..\\Grains\\Core\\TimeMachine.Core.csproj\" />")]
    [InlineData("TimeMachine.Silo", "<ProjectReference Include=\"../Grains/Core/TimeMachine.Core.csproj\" />")]
    public void A_forbidden_reference_is_found(string project, string reference)
    {
        Assert.Single(ProjectArrows.Findings(project, $"<Project><ItemGroup>{reference}</ItemGroup></Project>"));
    }

    [Fact]
    public void A_forbidden_use_of_an_assembly_is_found()
    {
        Assert.Equal(
            ["TimeMachine.Api uses TimeMachine.Core"],
            ProjectArrows.Findings("TimeMachine.Api", ["System.Runtime", "TimeMachine.Core"]));
    }

    [Fact]
    public void The_test_assembly_itself_is_read_with_the_references_that_it_has()
    {
        Assert.Contains("TimeMachine.Core", ProjectArrows.UsedBy(typeof(ProjectTests).Assembly.Location));
    }
}
