using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Routing;

public sealed class ShardMapTests
{
    [Theory]
    [InlineData("{user7}:order9", "user7")]
    [InlineData("order9:{user7}", "user7")]
    [InlineData("{a}{b}", "a")]
    [InlineData("x{{a}", "{a")]
    [InlineData("}{a}", "a")]
    [InlineData("{}:order9", "{}:order9")]
    [InlineData("{}{a}", "{}{a}")]
    [InlineData("{user7", "{user7")]
    [InlineData("user7}", "user7}")]
    [InlineData("order9", "order9")]
    public void The_clustering_key_is_the_text_between_the_first_brace_and_the_next(string id, string key)
    {
        var found = ShardMap.ClusteringKey(System.Text.Encoding.UTF8.GetBytes(id));

        Assert.Equal(key, System.Text.Encoding.UTF8.GetString(found));
    }

    [Fact]
    public void Jobs_with_the_same_clustering_key_share_a_vnode()
    {
        Assert.Equal(
            ShardMap.VNodeOf("shop", "orders", "{user7}:order9", 64),
            ShardMap.VNodeOf("shop", "orders", "{user7}:cart", 64));
    }

    [Fact]
    public void The_vnode_is_the_hash_of_the_three_parts_with_their_lengths()
    {
        Gen.Select(Gen.String, Gen.String, Gen.String).Where((_, _, id) => !id.Contains('{')).Sample(
            (database, collection, id) =>
            {
                var parts = new[] { database, collection, id }.Select(System.Text.Encoding.UTF8.GetBytes);
                byte[] bytes = [.. parts.SelectMany(part => Length(part).Concat(part))];

                Assert.Equal(
                    new VNodeId((int)(XxHash3.HashToUInt64(bytes) % 61)),
                    ShardMap.VNodeOf(database, collection, id, 61));
            },
            seed: "0N0XIzNsQ0O2",
            iter: 500);
    }

    [Theory]
    [InlineData("shop", "orders", "order9", 3137)]
    [InlineData("shop", "orders", "{user7}:order9", 1756)]
    [InlineData("ab", "c", "d", 752)]
    [InlineData("a", "bc", "d", 2333)]
    [InlineData("", "", "", 1264)]
    public void The_vnodes_of_some_jobs_are_pinned(string database, string collection, string id, int vnode)
    {
        Assert.Equal(new VNodeId(vnode), ShardMap.VNodeOf(database, collection, id, 4_096));
    }

    [Fact]
    public void A_long_id_has_a_vnode_too()
    {
        var vnode = ShardMap.VNodeOf("shop", "orders", new string('ä', 10_000), 64);

        Assert.InRange(vnode.Value, 0, 63);
    }

    [Fact]
    public void A_map_is_read_as_it_was_written()
    {
        var map = ShardPlanner.Plan([new(1), new(2), new(300)], 64, 3);

        var code = ShardMap.TryRead(Bytes(map), out var read);

        Assert.Equal((ErrorCode.None, map), (code, read));
    }

    [Fact]
    public void The_bytes_of_a_map_are_pinned()
    {
        var map = ShardPlanner.Plan([new(1), new(300)], 3, 1);

        Assert.Equal("010301AC020101", Convert.ToHexString(Bytes(map)));
    }

    [Fact]
    public void A_newer_format_is_refused_by_name()
    {
        Assert.Equal(ErrorCode.UnsupportedFormat, ShardMap.TryRead([2, 1, 1, 1], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("010001")]
    [InlineData("0100")]
    [InlineData("01010101FF")]
    [InlineData("0101020101")]
    [InlineData("01010100")]
    [InlineData("01FF1F07")]
    public void Bytes_that_are_no_map_are_refused(string hex)
    {
        Assert.Equal(ErrorCode.MalformedFormat, ShardMap.TryRead(Convert.FromHexString(hex), out _));
    }

    [Fact]
    public void Random_and_mutated_bytes_never_throw()
    {
        var good = Bytes(ShardPlanner.Plan([new(1), new(2), new(3)], 16, 3));
        Gen.Select(Gen.Byte.Array[0, 64], Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            (random, at, value) =>
            {
                var mutated = (byte[])good.Clone();
                mutated[at] = value;

                ShardMap.TryRead(random, out _);
                ShardMap.TryRead(mutated, out _);
            },
            seed: "0N0XIzNsQ0O2",
            iter: 1_000);
    }

    [Fact]
    public void A_node_that_joins_keeps_the_order_of_the_others()
    {
        Span<int> three = stackalloc int[3];
        Span<int> four = stackalloc int[4];
        for (var vnode = 0; vnode < 64; vnode++)
        {
            new HashRing([new(1), new(2), new(3)]).Rank(new VNodeId(vnode), three);
            new HashRing([new(1), new(2), new(3), new(4)]).Rank(new VNodeId(vnode), four);

            Assert.Equal(three[0] < three[1], four[0] < four[1]);
            Assert.Equal(three[1] < three[2], four[1] < four[2]);
        }
    }

    private static byte[] Length(byte[] part)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)part.Length);
        return length;
    }

    private static byte[] Bytes(ShardMap map)
    {
        var writer = new ByteWriter();
        map.Write(writer);
        return writer.Written.ToArray();
    }
}
