using System.Diagnostics;
using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults;

namespace TimeMachine.Storage.Tests.Files;

/// <summary>The machine's own errors are noticed. A device that takes no sync and no byte stands for a broken disk.
/// </summary>
public sealed class RealFileSystemTests : IDisposable
{
    // Every system has it: writes find no room, syncs are refused.
    private const string BrokenDisk = "/dev/full";
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-files-").FullName;
    private readonly List<SyncFailedException> _ended = [];

    private RealFileSystem Files => new(_ended.Add);

    [Fact]
    public void A_file_is_read_as_it_was_written_and_synced()
    {
        var path = Path.Combine(_directory, "a");
        using (var file = Files.Open(path, FileOpening.Create))
        {
            file.Write(3, "bytes"u8);
            file.Sync();
        }

        Files.SyncDirectory(_directory);
        Files.Rename(path, path + "b");
        using var renamed = Files.Open(path + "b", FileOpening.Read);
        var read = new byte[20];

        Assert.Equal(8, renamed.Read(0, read));
        Assert.Equal("\0\0\0bytes"u8, read.AsSpan(0, 8));
        Assert.Equal([path + "b"], Files.Files(_directory));
        Assert.Empty(_ended);
    }

    [Fact]
    public void A_sync_that_the_system_refuses_is_an_error_and_the_owner_is_told()
    {
        using var file = Files.Open(BrokenDisk, FileOpening.ReadWrite);

        var error = Assert.Throws<SyncFailedException>(file.Sync);

        Assert.Contains("error 22", error.Message, StringComparison.Ordinal);
        Assert.Equal([error], _ended);
    }

    [Theory]
    [InlineData("/proc", "error 22")]
    [InlineData("/no/such/directory", "cannot be opened: 2")]
    public void A_directory_that_cannot_be_synced_is_an_error_and_the_owner_is_told(string path, string reason)
    {
        var error = Assert.Throws<SyncFailedException>(() => Files.SyncDirectory(path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal([error], _ended);
    }

    [Fact]
    public void A_write_that_finds_no_room_is_a_full_disk()
    {
        using var file = Files.Open(BrokenDisk, FileOpening.ReadWrite);

        Assert.Throws<StorageFullException>(() => file.Write(0, "byte"u8));

        Assert.Empty(_ended);
    }

    [Fact]
    public void A_failed_sync_ends_a_server_at_once()
    {
        var (exitCode, told) = Run("sync", BrokenDisk);

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("synced", told, StringComparison.Ordinal);
        Assert.Contains("A sync failed, so the disk's state is unknown.", told, StringComparison.Ordinal);
        Assert.Contains("SyncFailedException", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_that_succeeds_lets_a_server_go_on()
    {
        var (exitCode, told) = Run("sync", Path.Combine(_directory, "good"));

        Assert.Equal(0, exitCode);
        Assert.Equal("synced\n", told);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static (int ExitCode, string Told) Run(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(FaultLoop).Assembly.Location);
        Array.ForEach(args, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var told = new List<string>();
        process.ErrorDataReceived += (_, line) => told.Add(line.Data ?? "");
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + string.Join('\n', told.Where(static line => line.Length > 0)));
    }
}
