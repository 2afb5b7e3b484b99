namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogHistoryTests
{
    private static readonly GroupId[] Groups = [new(0), new(1), new(2), new(7)];

    [Fact]
    public void Nothing_synced_is_lost_or_called_damaged_whatever_blocks_a_crash_loses()
    {
        var (recycled, cuts, survivals, rewrites) = (0, 0, 0, 0);
        for (var seed = 1UL; seed <= 120; seed++)
        {
            try
            {
                var world = Live(seed);
                recycled += Math.Max(0, world.Rolls - world.Disk.SlotCount);
                cuts += world.Cuts;
                survivals += world.Survivals;
                rewrites += world.Rewrites;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }

        // The interesting states were reached, or the histories prove nothing.
        Assert.True(recycled > 500, $"only {recycled} slots recycled");
        Assert.True(cuts > 50, $"only {cuts} tails cut");
        Assert.True(survivals > 50, $"only {survivals} unsynced batches survived");
        Assert.True(rewrites > 1_000, $"only {rewrites} entries rewritten");
    }

    private static LogWorld Live(ulong seed)
    {
        var random = new SplitMix64(seed);
        var world = new LogWorld();
        for (var step = 0; step < 400; step++)
        {
            world.Now += random.Below(30);
            Step(world, ref random);
        }

        world.CrashAndRecover(ref random);
        return world;
    }

    private static void Step(LogWorld world, ref SplitMix64 random)
    {
        var group = Groups[random.Below(Groups.Length)];
        switch (random.Below(20))
        {
            case < 9:
                Append(world, group, ref random);
                break;
            case < 13:
                world.Seal();
                break;
            case < 16:
                SyncSome(world, ref random);
                break;
            case 16:
                world.AnswerReads((int)random.Below(20));
                world.PrepareAll();
                break;
            case 17:
                Checkpoint(world, group, ref random);
                break;
            case 18:
                ChangeGroup(world, group, ref random);
                break;
            default:
                Rare(world, ref random);
                break;
        }
    }

    private static void Append(LogWorld world, GroupId group, ref SplitMix64 random)
    {
        if (!world.Model.Groups.TryGetValue(group.Value, out var model))
        {
            world.Start(group, random.Below(3), random.Below(2));
            return;
        }

        if (random.Chance(1, 6))
        {
            world.HardState(group, model.Term.Value + random.Below(2), random.Next() % 5, model.Last.Value);
            return;
        }

        var lowest = model.Checkpoint.Value + 1;
        var next = model.Last.Value + 1;
        var index = random.Chance(1, 12) ? random.Between(lowest, next) : next;
        var payload = new byte[random.Below(random.Chance(1, 20) ? 3_000 : 200)];
        for (var at = 0; at < payload.Length; at++)
        {
            payload[at] = (byte)random.Next();
        }

        var kind = (byte)random.Between(1, 3);
        world.Append(group, index, model.Term.Value, kind, payload);
    }

    private static void SyncSome(LogWorld world, ref SplitMix64 random)
    {
        if (world.Log.SealedBatch > world.Log.SyncedBatch)
        {
            world.Sync(random.Between(world.Log.SyncedBatch + 1, world.Log.SealedBatch));
        }
    }

    // Only what is committed, so synced and never replaced, is checkpointed.
    private static void Checkpoint(LogWorld world, GroupId group, ref SplitMix64 random)
    {
        world.Turn();
        if (world.Model.Groups.TryGetValue(group.Value, out var model) && model.Last > model.Checkpoint)
        {
            world.Checkpoint(group, new LogIndex(random.Between(model.Checkpoint.Value + 1, model.Last.Value)));
        }
    }

    private static void ChangeGroup(LogWorld world, GroupId group, ref SplitMix64 random)
    {
        if (!world.Model.Groups.TryGetValue(group.Value, out var model))
        {
            return;
        }

        if (random.Chance(1, 4))
        {
            world.End(group);
        }
        else if (random.Chance(1, 3))
        {
            world.Restart(group, model.Last + random.Below(5), model.Term, "installed");
        }
    }

    private static void Rare(LogWorld world, ref SplitMix64 random)
    {
        if (random.Chance(1, 4))
        {
            world.Marker();
        }
        else if (random.Chance(1, 3))
        {
            world.CrashAndRecover(ref random);
        }
    }
}
