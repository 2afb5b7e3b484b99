using System.Diagnostics;
using TimeMachine.Grains.Offline;
using TimeMachine.StorageFaults;

namespace TimeMachine.Storage.Tests.Offline;

/// <summary>The program's commands over the log of a real node, running or not.</summary>
public sealed class LogCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-offline-").FullName;

    private string Log => Path.Combine(_directory, "raft");

    [Fact]
    public void The_log_of_a_node_that_runs_is_told_and_is_well()
    {
        using var node = new DiskNode(_directory, life: 1);
        node.RunUntil(node.IsReady);

        var (status, told) = Run("inspect", Log);

        Assert.Equal(0, status);
        Assert.Contains("00000.log        1  used", told, StringComparison.Ordinal);
        Assert.EndsWith("all is well\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_on_the_disk_is_the_exit_status_of_the_program()
    {
        using (var node = new DiskNode(_directory, life: 1))
        {
            node.RunUntil(node.IsReady);
        }

        Assert.Equal((0, "all is well\n"), RunProgram("verify", Log));
        using (var file = File.OpenHandle(Path.Combine(Log, "00000.log"), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, "x"u8, 300);
        }

        Assert.Equal(
            (1, "BAD slot 0 offset 300: the padding behind the segment's header is not zero\n"),
            RunProgram("verify", Log));
    }

    [Theory]
    [InlineData]
    [InlineData("verify")]
    [InlineData("verify", "a", "b")]
    [InlineData("repair", "a")]
    public void Anything_else_is_none_of_the_commands(params string[] args) =>
        Assert.Null(LogCommands.Run(args, TextWriter.Null));

    [Fact]
    public void Anything_else_is_answered_with_the_usage() => Assert.Equal((2, ""), RunProgram("repair", "a"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static (int? Status, string Told) Run(params string[] args)
    {
        var told = new StringWriter();
        return (LogCommands.Run(args, told), told.ToString());
    }

    private static (int Status, string Told) RunProgram(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "TimeMachine.Silo.dll"));
        Array.ForEach(args, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, told);
    }
}
