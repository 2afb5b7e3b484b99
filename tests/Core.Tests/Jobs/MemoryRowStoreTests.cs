using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class MemoryRowStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_does_what_a_sorted_dictionary_does(ulong seed)
    {
        var draws = new SplitMix64(seed);
        var store = new MemoryRowStore();
        var model = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < 4_000; i++)
        {
            var key = $"{draws.Below(400):000}";
            if (draws.Chance(2, 3))
            {
                var value = BitConverter.GetBytes(i);
                store.Put(Bytes(key), value);
                model[key] = value;
            }
            else
            {
                store.Delete(Bytes(key));
                model.Remove(key);
            }

            Assert.Equal(model.Count, store.Count);
            Assert.Equal(model.TryGetValue(key, out var there), store.TryGet(Bytes(key), out var found));
            Assert.Equal(there ?? [], found.ToArray());
            CheckScan(ref draws, store, model);
        }
    }

    [Fact]
    public void A_clone_and_its_original_go_their_own_ways()
    {
        var store = new MemoryRowStore();
        store.Put([1], [1]);
        var clone = store.Clone();

        store.Put([1], [2]);
        clone.Put([2], [3]);

        Assert.True(clone.TryGet([1], out var old) && old.Span[0] == 1);
        Assert.False(store.TryGet([2], out _));
    }

    [Fact]
    public void A_value_once_read_never_changes()
    {
        var store = new MemoryRowStore();
        byte[] value = [1];
        store.Put([1], value);
        store.TryGet([1], out var read);

        value[0] = 9;
        store.Put([1], [2]);

        Assert.Equal(1, read.Span[0]);
    }

    private static void CheckScan(ref SplitMix64 draws, MemoryRowStore store, SortedDictionary<string, byte[]> model)
    {
        var (from, to, max) = ($"{draws.Below(400):000}", $"{draws.Below(400):000}", (int)draws.Between(1, 20));
        var rows = new List<StoredRow>();
        store.Scan(Bytes(from), Bytes(to), max, rows);
        var expected = model.Keys
            .Where(key => string.CompareOrdinal(key, from) >= 0 && string.CompareOrdinal(key, to) < 0)
            .Take(max);
        Assert.Equal(expected, rows.Select(row => System.Text.Encoding.UTF8.GetString(row.Key.Span)));
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
