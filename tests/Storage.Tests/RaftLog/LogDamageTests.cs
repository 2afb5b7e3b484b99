namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>
/// What a directory wrote, cut and flipped: what is served is the truth, the rest is called damaged, and nothing that
/// was synced before the harm is lost to it.
/// </summary>
public sealed class LogDamageTests
{
    [Fact]
    public void The_last_file_cut_at_any_byte_costs_only_the_batches_behind_the_cut()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 1, batches: 24, isMarked: false);
        var slots = recorded.Slots();
        var last = recorded.UsedSlots.Last();
        var whole = slots[last];
        Assert.True(recorded.UsedSlots.Count() > 2);

        for (var cut = 0; cut <= whole.Length; cut++)
        {
            slots[last] = whole[..cut];
            var recovered = recorded.Recover(slots);

            var damaged = recorded.ShouldServeTheTruth(recovered, $"cut at {cut}");
            var kept = recorded.Ends.FindLastIndex(end => end.Slot != last || end.End <= cut) + 1;
            Assert.Equal(0, damaged);
            Assert.Equal(0, recovered.DamageCount);
            Assert.InRange(recovered.NextBatch - 1, kept, kept + 1);
        }
    }

    [Fact]
    public void An_earlier_file_cut_at_any_byte_is_damage_and_never_served()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 2, batches: 24, isMarked: false);
        var slots = recorded.Slots();
        var stated = 0;
        foreach (var slot in recorded.UsedSlots.SkipLast(1))
        {
            var whole = slots[slot];
            var end = recorded.Ends.FindLast(end => end.Slot == slot).End;
            for (var cut = 0; cut < whole.Length; cut++)
            {
                slots[slot] = whole[..cut];
                var recovered = recorded.Recover(slots);

                var damaged = recorded.ShouldServeTheTruth(recovered, $"slot {slot} cut at {cut}");
                Assert.Equal(recorded.Last, recovered.NextBatch - 1);
                var isReported = recovered.DamageCount + damaged > 0;
                stated += isReported ? 1 : 0;
                Assert.True(isReported || IsOnlyPadding(whole, cut, end), $"slot {slot} cut at {cut}");
            }

            slots[slot] = whole;
        }

        Assert.True(stated > 10_000, $"{stated} cuts were seen");
    }

    [Fact]
    public void A_flipped_byte_of_a_log_that_did_not_come_to_rest_harms_one_group_or_cuts_the_tail()
    {
        var recorded = RecordedLog.Of(RecordedLog.SmallOptions, seed: 3, batches: 20, isMarked: false);
        var slots = recorded.Slots();
        var (damagedCount, cutCount) = (0, 0);
        foreach (var slot in recorded.UsedSlots)
        {
            var end = recorded.Ends.FindLast(end => end.Slot == slot).End;
            for (var at = 0; at < end; at++)
            {
                slots[slot][at] ^= (byte)(1 + (at * 37 % 255));
                var recovered = recorded.Recover(slots);
                slots[slot][at] ^= (byte)(1 + (at * 37 % 255));

                var damaged = recorded.ShouldServeTheTruth(recovered, $"slot {slot} byte {at}");
                damagedCount += damaged;
                cutCount += recovered.IsTailCut ? 1 : 0;
                Assert.True(damaged <= 1, $"slot {slot} byte {at}: {damaged} groups damaged");
                Assert.True(!recovered.IsTailCut || damaged == 0, $"slot {slot} byte {at}: cut and damaged");
                Assert.InRange(recovered.NextBatch - 1, recorded.Last - 1, recorded.Last);
            }
        }

        Assert.True(damagedCount > 5_000 && cutCount > 100, $"{damagedCount} flips harmed, {cutCount} cut");
    }

    [Fact]
    public void Every_bit_of_a_drawn_byte_in_each_block_is_noticed()
    {
        var options = RecordedLog.SmallOptions with { SegmentBytes = 128 * 1024, RetainBytes = 4 * 1024 * 1024 };
        var recorded = RecordedLog.Of(options, seed: 4, batches: 60, isMarked: true, payloadBytesMax: 9_000);
        var slots = recorded.Slots();
        var draw = new SplitMix64(4);
        var payloads = recorded.Recover(slots).Groups.SelectMany(static group => group.Entries)
            .Select(static entry => entry.Payload.ToArray()).Where(static payload => payload.Length > 64).ToList();
        var blocks = new HashSet<(int, int)>();
        foreach (var payload in payloads)
        {
            var slot = slots.FindIndex(bytes => bytes.AsSpan().IndexOf(payload) >= 0);
            var begin = slots[slot].AsSpan().IndexOf(payload);
            for (var from = begin; from < begin + payload.Length; from = (from | 4_095) + 1)
            {
                var length = Math.Min((from | 4_095) + 1, begin + payload.Length) - from;
                var at = from + (int)draw.Below(length);
                FlipEachBit(recorded, slots, slot, at);
                blocks.Add((slot, at / 4_096));
            }
        }

        Assert.True(blocks.Count > 40, $"{blocks.Count} blocks");
    }

    private static void FlipEachBit(RecordedLog recorded, List<byte[]> slots, int slot, int at)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            slots[slot][at] ^= (byte)(1 << bit);
            var recovered = recorded.Recover(slots);
            slots[slot][at] ^= (byte)(1 << bit);

            Assert.Equal(1, recovered.DamageCount);
            Assert.Equal(1, recorded.ShouldServeTheTruth(recovered, $"slot {slot} byte {at} bit {bit}"));
        }
    }

    private static bool IsOnlyPadding(byte[] whole, int cut, int end) =>
        cut >= end || !whole.AsSpan(cut, end - cut).ContainsAnyExcept((byte)0);
}
