using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults;

namespace TimeMachine.Storage.Tests.FaultLoops;

/// <summary>The short forms of the fault loops: a real writer process on a real disk.</summary>
public sealed class FaultLoopTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-kills-").FullName;

    [Fact]
    public void Whatever_a_killed_writer_acknowledged_is_there_after_a_restart()
    {
        var lines = new List<string>();
        var options = new FaultLoopOptions { Rounds = 4, Seed = 3, Directory = Path.Combine(_directory, "loop") };

        var isGood = new FaultLoop(options, WriterFault.Kill, lines.Add).Run();

        Assert.True(isGood, string.Join('\n', lines));
        Assert.StartsWith("OK: 4 kills", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_whose_sync_fails_ends_itself_and_acknowledged_nothing_that_is_gone()
    {
        var lines = new List<string>();
        var options = new FaultLoopOptions { Rounds = 3, Seed = 5, Directory = Path.Combine(_directory, "errors") };

        var isGood = new FaultLoop(options, WriterFault.SyncError, lines.Add).Run();

        Assert.True(isGood, string.Join('\n', lines));
        Assert.StartsWith("OK: 3 failed syncs", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_full_for_a_while_under_load_costs_new_work_only()
    {
        var lines = new List<string>();
        var options = new FaultLoopOptions { FullMinutes = 0.05, Directory = Path.Combine(_directory, "full") };

        Assert.True(new FullDiskRun(options, lines.Add).Run(), string.Join('\n', lines));
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

        Assert.Throws<DirectoryInUseException>(() => new DiskNode(path, life: 2));
    }

    [Theory]
    [InlineData("--rounds", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--seed")]
    [InlineData("--nonsense", "1")]
    public void Anything_but_the_documented_forms_is_refused(params string[] args) =>
        Assert.Null(FaultLoopOptions.Parse(args));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
