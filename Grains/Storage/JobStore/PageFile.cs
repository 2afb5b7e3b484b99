using System.Buffers;
using System.Buffers.Binary;
using TimeMachine.Core.Encoding;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// A file in pages, each with a checksum that every read looks at. ZoneTree has none: without it a flipped bit in a key
/// or an index makes rows vanish, and no row's own checksum tells of rows that are not found.
/// </summary>
/// <remarks>For files that are written once and synced at their end: a page that is written again is not safe from a
/// crash. Form: docs/formats/tree-page.md.</remarks>
internal sealed class PageFile(IStorageFile file) : IStorageFile
{
    /// <summary>The bytes of a page on disk.</summary>
    public const int PageBytes = 4_096;

    /// <summary>What a page holds beside its checksum, in bytes.</summary>
    public const int ContentBytes = PageBytes - CrcBytes;

    private const int CrcBytes = 4;

    /// <inheritdoc/>
    public string Path => file.Path;

    /// <inheritdoc/>
    public long Length => ContentOf(file.Length);

    /// <inheritdoc/>
    /// <exception cref="StoreDamagedException">A page does not hold what was written.</exception>
    public int Read(long offset, Span<byte> into)
    {
        var wanted = (int)Math.Min(into.Length, Length - offset);
        if (wanted <= 0)
        {
            return 0;
        }

        var firstPage = offset / ContentBytes;
        var pages = (int)(((offset + wanted - 1) / ContentBytes) - firstPage + 1);
        var buffer = ArrayPool<byte>.Shared.Rent(pages * PageBytes);
        try
        {
            var read = file.Read(firstPage * PageBytes, buffer.AsSpan(0, pages * PageBytes));
            for (var (page, done) = (0, 0); done < wanted; page++)
            {
                var from = page * PageBytes;
                var content = Checked(firstPage + page, buffer.AsSpan(from, Math.Clamp(read - from, 0, PageBytes)));
                content = content[(page == 0 ? (int)(offset % ContentBytes) : 0)..];
                var length = Math.Min(content.Length, wanted - done);
                content[..length].CopyTo(into[done..]);
                done += length;
                RequireProgress(length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return wanted;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        FillUpTo(offset);
        var firstPage = offset / ContentBytes;
        var pages = (int)(((offset + bytes.Length - 1) / ContentBytes) - firstPage + 1);
        var buffer = ArrayPool<byte>.Shared.Rent(pages * PageBytes);
        try
        {
            var written = 0;
            for (var page = 0; page < pages; page++)
            {
                var within = page == 0 ? (int)(offset % ContentBytes) : 0;
                var length = Math.Min(ContentBytes - within, bytes.Length);
                var whole = buffer.AsSpan(page * PageBytes, PageBytes);
                written += Build(firstPage + page, within, bytes[..length], whole);
                bytes = bytes[length..];
            }

            file.Write(firstPage * PageBytes, buffer.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long bytes)
    {
        if (bytes >= Length)
        {
            FillUpTo(bytes);
            return;
        }

        var lastPage = bytes / ContentBytes;
        var rest = new byte[bytes % ContentBytes];
        var kept = Read(lastPage * ContentBytes, rest);
        file.SetLength(lastPage * PageBytes);
        Write(lastPage * ContentBytes, rest.AsSpan(0, kept));
    }

    /// <inheritdoc/>
    public void Sync() => file.Sync();

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static long ContentOf(long bytes) =>
        (bytes / PageBytes * ContentBytes) + Math.Max(0, (bytes % PageBytes) - CrcBytes);

    private static uint CrcOf(long page, ReadOnlySpan<byte> content) => Crc32C.Of(content, unchecked((uint)page));

    private ReadOnlySpan<byte> Checked(long page, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= CrcBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^CrcBytes..]) != CrcOf(page, bytes[..^CrcBytes]))
        {
            throw new StoreDamagedException($"page {page} of '{Path}' is not what was written");
        }

        return bytes[..^CrcBytes];
    }

    private void RequireProgress(int length)
    {
        if (length == 0)
        {
            throw new StoreDamagedException($"'{Path}' ends in the middle of a page");
        }
    }

    /// <summary>Puts a page together of what it holds already and what is written to it.</summary>
    /// <returns>The bytes that it takes on disk.</returns>
    private int Build(long page, int within, ReadOnlySpan<byte> bytes, Span<byte> whole)
    {
        var begin = page * ContentBytes;
        var held = (int)Math.Clamp(Length - begin, 0, ContentBytes);
        if (within > 0 || held > bytes.Length)
        {
            Read(begin, whole[..held]);
        }

        bytes.CopyTo(whole[within..]);
        var length = Math.Max(held, within + bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(whole[length..], CrcOf(page, whole[..length]));
        return length + CrcBytes;
    }

    private void FillUpTo(long length)
    {
        Span<byte> zeros = stackalloc byte[1_024];
        zeros.Clear();
        for (var at = Length; at < length; at += zeros.Length)
        {
            Write(at, zeros[..(int)Math.Min(zeros.Length, length - at)]);
        }
    }
}
