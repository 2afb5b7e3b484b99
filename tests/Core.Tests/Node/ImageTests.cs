using CsCheck;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Node;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Node;

public sealed class ImageTests
{
    private static readonly Gen<MemoryRowStore> Stores = Gen.Select(
        Gen.Byte.Array[1, 40], Gen.Byte.Array[0, 700]).List[0, 60].Select(static rows =>
    {
        var store = new MemoryRowStore();
        foreach (var (key, value) in rows)
        {
            key[0] &= 0x7F;
            store.Put(key, value);
        }

        return store;
    });

    [Fact]
    public void Whatever_its_parts_an_image_brings_all_rows() =>
        Gen.Select(Stores, Gen.Int[1, 600], Gen.Int[1, 600]).Sample((store, partBytes, takenBytes) =>
        {
            var image = Whole(store, partBytes);
            var copy = new MemoryRowStore();
            var reader = new ImageReader(copy);

            for (var at = 0; at < image.Length; at += takenBytes)
            {
                Assert.False(reader.IsWhole);
                Assert.Equal(ErrorCode.None, reader.Take(image.AsSpan(at, Math.Min(takenBytes, image.Length - at))));
            }

            Assert.True(reader.IsWhole);
            Assert.Equal(Rows(store), Rows(copy));
        });

    [Fact]
    public void A_flipped_bit_anywhere_is_found()
    {
        var store = new MemoryRowStore();
        for (byte i = 0; i < 9; i++)
        {
            store.Put([1, i], [i, i, i]);
        }

        var image = Whole(store, 64);
        for (var bit = 0; bit < image.Length * 8; bit++)
        {
            image[bit / 8] ^= (byte)(1 << (bit % 8));
            var reader = new ImageReader(new MemoryRowStore());

            var error = reader.Take(image);

            Assert.False(error == ErrorCode.None && reader.IsWhole, $"bit {bit}");
            image[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_cut_image_is_not_whole_and_what_comes_behind_one_is_refused()
    {
        var image = Whole(new MemoryRowStore(), 64);
        var reader = new ImageReader(new MemoryRowStore());

        Assert.Equal(ErrorCode.None, reader.Take(image.AsSpan(0, image.Length - 1)));
        Assert.False(reader.IsWhole);
        Assert.Equal(ErrorCode.None, reader.Take(image.AsSpan(image.Length - 1)));
        Assert.True(reader.IsWhole);
        Assert.Equal(ErrorCode.MalformedFormat, reader.Take([0]));
    }

    [Fact]
    public void A_newer_version_rows_out_of_order_and_endless_lengths_are_refused()
    {
        Assert.Equal(ErrorCode.UnsupportedFormat, new ImageReader(new MemoryRowStore()).Take([2]));
        Assert.Equal(ErrorCode.MalformedFormat, Take([1, 1, 1, 5, 0, 1, 1, 5, 0]));
        Assert.Equal(ErrorCode.MalformedFormat, Take([1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]));
        Assert.Equal(ErrorCode.MalformedFormat, Take([1, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]));
        Assert.Equal(ErrorCode.MalformedFormat, Take([1, 9]));
    }

    [Fact]
    public void Random_bytes_neither_throw_nor_bring_a_whole_image() =>
        Gen.Byte.Array[0, 200].Sample(static bytes =>
        {
            var reader = new ImageReader(new MemoryRowStore());
            var error = reader.Take(bytes);
            Assert.False(error == ErrorCode.None && reader.IsWhole && bytes.Length < 6);
        });

    [Fact]
    public void The_form_is_pinned()
    {
        var store = new MemoryRowStore();
        store.Put([0x00, 0x40], "point"u8);
        store.Put([0x01, 0x61], "row"u8);

        const string Form = "010102004005706F696E740102016103726F77000BA43DF2";
        Assert.Equal(Form, Convert.ToHexString(Whole(store, 7)));
    }

    private static ErrorCode Take(ReadOnlySpan<byte> image) => new ImageReader(new MemoryRowStore()).Take(image);

    private static byte[] Whole(MemoryRowStore store, int partBytes)
    {
        var writer = new ImageWriter(new StoreRows(store));
        var (image, part) = (new ByteWriter(), new byte[partBytes]);
        for (var isLast = false; !isLast;)
        {
            var length = writer.Fill(part, out isLast);
            Assert.True(isLast || length == partBytes);
            image.Raw(part.AsSpan(0, length));
        }

        return image.Written.ToArray();
    }

    private static List<string> Rows(MemoryRowStore store)
    {
        var rows = new List<string>();
        for (var source = new StoreRows(store); source.TryRead(out var row);)
        {
            rows.Add(Convert.ToHexString(row.Key.Span) + "=" + Convert.ToHexString(row.Value.Span));
        }

        return rows;
    }
}
