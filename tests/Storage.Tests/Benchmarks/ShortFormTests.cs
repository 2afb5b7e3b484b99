using TimeMachine.Benchmarks.Storage;

namespace TimeMachine.Storage.Tests.Benchmarks;

/// <summary>The storage benchmark runs through, as small as it gets. Its figures are for its own command.</summary>
[Collection(Alone.Name)]
public sealed class ShortFormTests
{
    [Theory]
    [InlineData("log", "entries/s")]
    [InlineData("creates", "settled/s")]
    [InlineData("queue", "triggers/s")]
    [InlineData("pending", "opened in")]
    [InlineData("image", "while an image goes out")]
    public void Each_table_is_printed(string part, string column)
    {
        var directory = Directory.CreateTempSubdirectory("short-form-");
        try
        {
            var options = BenchmarkOptions.Parse(
                [part, "--jobs", "2000", "--seconds", "1", "--directory", directory.FullName]);
            Assert.NotNull(options);
            var printed = new StringWriter();
            Report.Output = printed;

            StorageBenchmark.Run(options with { Seconds = TimeSpan.FromMilliseconds(100) });

            Assert.Contains(column, printed.ToString(), StringComparison.Ordinal);
            Assert.Empty(directory.GetFileSystemInfos());
        }
        finally
        {
            Report.Output = Console.Out;
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--jobs", "ten")]
    [InlineData("--jobs")]
    [InlineData("engines")]
    public void A_command_line_that_is_not_understood_is_refused(params string[] args) =>
        Assert.Null(BenchmarkOptions.Parse(args));
}
