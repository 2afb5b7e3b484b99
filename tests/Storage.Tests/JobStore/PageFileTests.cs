using TimeMachine.Simulation.Files;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>Pages hold what was written to them, or say that they do not.</summary>
public sealed class PageFileTests
{
    private const string Path = "/file";
    private readonly SimFileSystem _files = new();

    [Fact]
    public void The_bytes_of_a_file_never_change()
    {
        using (var file = Open())
        {
            file.Write(0, "hello"u8);
        }

        Assert.Equal("68656C6C6F4CBB719A", Convert.ToHexString(_files.Content(Path)));
    }

    [Fact]
    public void It_reads_as_any_file_does_whatever_is_written_in_any_order()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            _files.DeleteFile(Path);
            var draw = new SplitMix64(seed);
            var model = Array.Empty<byte>();
            using var file = Open();
            for (var step = 0; step < 60; step++)
            {
                model = Change(file, model, ref draw);
                var from = (int)draw.Between(0, model.Length);
                var read = new byte[draw.Between(0, 9_000)];
                var count = file.Read(from, read);
                Assert.Equal(model.Length, file.Length);
                Assert.Equal(Math.Min(read.Length, model.Length - from), count);
                Assert.True(model.AsSpan(from, count).SequenceEqual(read.AsSpan(0, count)), $"seed {seed} step {step}");
            }
        }
    }

    [Fact]
    public void A_flip_or_a_cut_anywhere_is_found_by_the_read_that_meets_it()
    {
        var content = Written(9_000);
        var whole = _files.Content(Path);
        var read = new byte[content.Length];
        for (var at = 0; at < whole.Length; at++)
        {
            _files.Flip(Path, at, at % 8);
            using var file = Open();
            Assert.Throws<StoreDamagedException>(() => file.Read(0, read));
            var otherPage = (at / PageFile.PageBytes) == 0 ? 2 * PageFile.ContentBytes : 0;
            Assert.Equal(64, file.Read(otherPage, read.AsSpan(0, 64)));
            _files.Flip(Path, at, at % 8);
        }

        for (var length = whole.Length - 1; length > 2 * PageFile.PageBytes; length--)
        {
            using var raw = _files.Open(Path, FileOpening.ReadWrite);
            raw.SetLength(length);
            using var file = Open();
            Assert.True(IsFewerOrDamaged(file, read), $"cut at {length}");
        }
    }

    [Fact]
    public void A_page_in_the_place_of_another_is_found()
    {
        Written(9_000);
        var whole = _files.Content(Path);
        using var raw = _files.Open(Path, FileOpening.ReadWrite);
        raw.Write(0, whole.AsSpan(PageFile.PageBytes, PageFile.PageBytes));
        using var file = Open();

        Assert.Throws<StoreDamagedException>(() => file.Read(0, new byte[10]));
    }

    private static bool IsFewerOrDamaged(PageFile file, byte[] into)
    {
        try
        {
            return file.Read(0, into) <= 2 * PageFile.ContentBytes;
        }
        catch (StoreDamagedException)
        {
            return true;
        }
    }

    private static byte[] Change(PageFile file, byte[] model, ref SplitMix64 draw)
    {
        if (draw.Chance(1, 8))
        {
            Array.Resize(ref model, (int)draw.Between(0, model.Length + 5_000));
            file.SetLength(model.Length);
            return model;
        }

        var bytes = new byte[draw.Between(0, 10_000)];
        Array.Fill(bytes, (byte)draw.Between(1, 255));
        var isBehind = draw.Chance(1, 2);
        var offset = isBehind ? model.Length : (int)draw.Between(0, model.Length + 100);
        file.Write(offset, bytes);
        if (bytes.Length > 0)
        {
            Array.Resize(ref model, Math.Max(model.Length, offset + bytes.Length));
            bytes.CopyTo(model.AsSpan(offset));
        }

        return model;
    }

    private byte[] Written(int length)
    {
        var content = new byte[length];
        Array.Fill(content, (byte)7);
        using var file = Open();
        file.Write(0, content);
        return content;
    }

    private PageFile Open() => new(_files.Open(Path, FileOpening.ReadWrite));
}
