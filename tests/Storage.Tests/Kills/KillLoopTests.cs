using TimeMachine.StorageFaults;

namespace TimeMachine.Storage.Tests.Kills;

/// <summary>The short form of the kill loop: a real writer process on a real disk.</summary>
public sealed class KillLoopTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-kills-").FullName;

    [Fact]
    public void Whatever_a_killed_writer_acknowledged_is_there_after_a_restart()
    {
        var lines = new List<string>();
        var options = new KillLoopOptions { Rounds = 4, Seed = 3, Directory = Path.Combine(_directory, "loop") };

        var isGood = new KillLoop(options, lines.Add).Run();

        Assert.True(isGood, string.Join('\n', lines));
        Assert.StartsWith("OK: 4 kills", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_was_acknowledged_and_never_written_is_missed()
    {
        using var node = new DiskNode(Path.Combine(_directory, "empty"), life: 1);
        node.RunUntil(node.IsReady);
        var jobs = new WrittenJobs();
        jobs.Take(new Acknowledged(IsCancel: false, VNode: 2, Number: 5, Version: 65_536));

        Assert.Contains("is gone", jobs.Look(node, jobs[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_directory_has_one_owner()
    {
        var path = Path.Combine(_directory, "owned");
        using var first = new DiskNode(path, life: 1);

        Assert.Throws<IOException>(() => new DiskNode(path, life: 2));
    }

    [Theory]
    [InlineData("--rounds", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--seed")]
    [InlineData("--nonsense", "1")]
    public void Anything_but_the_documented_forms_is_refused(params string[] args) =>
        Assert.Null(KillLoopOptions.Parse(args));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
