using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Tests.Kernel;

namespace TimeMachine.Simulation.Tests.Disk;

public sealed class SimCheckpointDiskTests
{
    private readonly ASmallWorld _world = new();

    private SimCheckpointDisk Disk => _world.Right.CheckpointDisk;

    [Fact]
    public void An_image_is_there_when_its_write_has_ended_and_not_before()
    {
        Disk.Put(5, "new", 1_000, token: 3);
        Assert.Equal(ImageStatus.Missing, Disk.Read(5, out _));

        _world.RunMs(1_000);

        Assert.Equal(ImageStatus.Ok, Disk.Read(5, out var image));
        Assert.Equal("new", image);
        Assert.Equal(["Checkpoint sync 3 Ok"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_crash_leaves_the_old_image_or_the_new_and_both_occur()
    {
        var found = new HashSet<object?>();
        for (ulong seed = 0; seed < 40; seed++)
        {
            var world = new ASmallWorld(seed);
            world.Right.CheckpointDisk.PutNow(5, "old");
            world.Right.CheckpointDisk.Put(5, "new", 1_000, token: 3);
            world.Right.Crash(CrashKind.ProcessKill);
            world.RunMs(1_000);
            world.Right.CheckpointDisk.Read(5, out var image);
            found.Add(image);
        }

        Assert.Equal(new HashSet<object?> { "old", "new" }, found);
    }

    [Fact]
    public void A_full_disk_refuses_an_image_and_keeps_the_old()
    {
        Disk.PutNow(5, "old");
        Disk.IsFull = true;

        Disk.Put(5, "new", 1_000, token: 3);
        _world.RunMs(1_000);

        Disk.Read(5, out var image);
        Assert.Equal("old", image);
        Assert.Equal(["Checkpoint sync 3 Full"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_damaged_image_does_not_read_and_an_identity_is_spared()
    {
        Disk.PutNow(1, "identity");
        Assert.False(Disk.TryDamageOne(fromKey: 16));
        Disk.PutNow(20, "checkpoint");

        Assert.True(Disk.TryDamageOne(fromKey: 16));

        Assert.Equal(ImageStatus.Ok, Disk.Read(1, out _));
        Assert.Equal(ImageStatus.Damaged, Disk.Read(20, out var image));
        Assert.Null(image);
        Assert.False(Disk.IsDamaged(1));
        Assert.True(Disk.IsDamaged(20));
    }

    [Fact]
    public void A_deleted_image_is_gone_when_the_delete_has_ended()
    {
        Disk.PutNow(5, "old");

        Disk.Delete(5, token: 8);
        _world.RunMs(1_000);

        Assert.True(Disk.IsEmpty);
    }
}
