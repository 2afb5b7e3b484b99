using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>The budget of rows in memory is only as good as their count is.</summary>
[Collection(Alone.Name)]
public sealed class FreshBytesTests : IDisposable
{
    private const int Rows = 200_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-fresh-").FullName;

    [Theory]
    [InlineData(16)]
    [InlineData(250)]
    [InlineData(2_000)]
    public void Fresh_bytes_are_about_the_memory_that_the_rows_take(int valueBytes)
    {
        using var tree = RowTree.Open(
            RealFileSystem.EndingTheProcess(), Path.Combine(_directory, $"{valueBytes}"), new JobStoreOptions());
        var draw = new SplitMix64(1);
        var (key, value) = (new byte[40], new byte[valueBytes]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var row = 0; row < Rows; row++)
        {
            BitConverter.TryWriteBytes(key.AsSpan(8), draw.Next());
            tree.Put(key, value);
        }

        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.InRange((double)tree.FreshBytes / taken, 0.9, 1.1);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
