using TimeMachine.Simulation.Files;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>A record that was made room for never meets a full disk, and the room does not show.</summary>
public sealed class CatalogueFileTests
{
    private const string Path = "/0.meta.wal";
    private static readonly byte[] Record = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9, 8, 0, 0];
    private readonly SimFileSystem _files = new();

    [Fact]
    public void Records_find_the_room_that_was_made_for_them()
    {
        using var file = Open();
        file.Reserve();
        _files.CapacityBytes = _files.UsedBytes;

        for (var record = 0; record < 100; record++)
        {
            file.Write(file.Length, Record);
        }

        Assert.Equal(100 * CatalogueFile.RecordBytes, file.Length);
        Assert.Throws<StorageFullException>(file.Reserve);
    }

    [Fact]
    public void The_room_behind_the_records_does_not_show()
    {
        using (var file = Open())
        {
            file.Reserve();
            file.Write(0, Record);
            file.Write(24, Record);
            file.Sync();
        }

        using var again = Open();
        var read = new byte[100];

        Assert.Equal(48, again.Length);
        Assert.Equal(48, again.Read(0, read));
        Assert.Equal(Record, read[24..48]);
        Assert.Equal(0, again.Read(48, read));
    }

    [Fact]
    public void A_cleared_catalogue_keeps_its_room()
    {
        using (var file = Open())
        {
            file.Reserve();
            file.Write(0, Record);
            file.SetLength(0);
        }

        _files.CapacityBytes = _files.UsedBytes;
        using var again = Open();

        Assert.Equal(0, again.Length);
        again.Write(0, Record);
        Assert.Equal(24, again.Length);
    }

    [Fact]
    public void Room_is_made_again_before_it_is_used_up()
    {
        using var file = Open();
        for (var record = 0; record < 400; record++)
        {
            file.Reserve();
            Assert.True(_files.Content(Path).Length - file.Length >= CatalogueFile.ReserveBytes / 2);
            file.Write(file.Length, Record);
        }

        Assert.True(_files.Content(Path).Length < (400 * CatalogueFile.RecordBytes) + (2 * CatalogueFile.ReserveBytes));
    }

    private CatalogueFile Open() => new(_files.Open(Path, FileOpening.ReadWrite));
}
