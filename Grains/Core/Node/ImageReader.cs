using TimeMachine.Core.Encoding;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>
/// Puts the rows of an image into an empty store, part by part as they come. Holds what is left of one row at a time.
/// </summary>
/// <param name="store">The store: to be thrown away unless the image turns out to be whole.</param>
public sealed class ImageReader(IRowStore store)
{
    private readonly ByteWriter _rest = new(4_096);
    private byte[] _lastKey = [];
    private uint _crc;
    private bool _isBegun;
    private bool _hasRows;

    /// <summary>Whether the end was reached and its checksum matches.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Takes the next part.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>; after an error, nothing more.</returns>
    public ErrorCode Take(ReadOnlySpan<byte> part)
    {
        if (_rest.Length == 0)
        {
            var left = part;
            var first = TakeAll(ref left);
            left.CopyTo(_rest.Reserve(left.Length));
            return first;
        }

        part.CopyTo(_rest.Reserve(part.Length));
        var all = _rest.Written;
        var error = TakeAll(ref all);
        var kept = all.ToArray();
        _rest.Clear();
        kept.CopyTo(_rest.Reserve(kept.Length));
        return error;
    }

    private ErrorCode TakeAll(ref ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var before = bytes.Length;
            var error = TakeOne(ref bytes);
            if (error != ErrorCode.None || bytes.Length == before)
            {
                return error;
            }
        }

        return ErrorCode.None;
    }

    /// <summary>Takes the next piece, if all of it is there.</summary>
    private ErrorCode TakeOne(ref ReadOnlySpan<byte> bytes)
    {
        if (IsWhole)
        {
            return ErrorCode.MalformedFormat;
        }

        if (!_isBegun)
        {
            _isBegun = true;
            _crc = Crc32C.Of(bytes[..1]);
            var version = bytes[0];
            bytes = bytes[1..];
            return version == ImageFormat.Version ? ErrorCode.None : ErrorCode.UnsupportedFormat;
        }

        return bytes[0] switch
        {
            ImageFormat.Row => TakeRow(ref bytes),
            ImageFormat.End => TakeEnd(ref bytes),
            _ => ErrorCode.MalformedFormat,
        };
    }

    private ErrorCode TakeRow(ref ReadOnlySpan<byte> bytes)
    {
        var at = 1;
        var error = TryField(bytes, ref at, ImageFormat.KeyBytesMax, out var key);
        if (error != ErrorCode.None || at == 0)
        {
            return error;
        }

        error = TryField(bytes, ref at, ImageFormat.ValueBytesMax, out var value);
        if (error != ErrorCode.None || at == 0)
        {
            return error;
        }

        if (_hasRows && key.SequenceCompareTo(_lastKey) <= 0)
        {
            return ErrorCode.MalformedFormat;
        }

        store.Put(key, value);
        _hasRows = true;
        _lastKey = key.ToArray();
        _crc = Crc32C.Of(bytes[..at], _crc);
        bytes = bytes[at..];
        return ErrorCode.None;
    }

    private ErrorCode TakeEnd(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1 + ImageFormat.ChecksumBytes)
        {
            return ErrorCode.None;
        }

        var trailer = new ByteReader(bytes.Slice(1, ImageFormat.ChecksumBytes));
        IsWhole = trailer.U32() == Crc32C.Of(bytes[..1], _crc);
        bytes = bytes[(1 + ImageFormat.ChecksumBytes)..];
        return IsWhole ? ErrorCode.None : ErrorCode.MalformedFormat;
    }

    /// <summary>Reads a length and as many bytes; <paramref name="at"/> becomes 0 if they are not all there yet.
    /// </summary>
    private static ErrorCode TryField(ReadOnlySpan<byte> bytes, ref int at, int bytesMax, out ReadOnlySpan<byte> field)
    {
        field = default;
        var (length, shift) = (0L, 0);
        for (var begin = at; ; at++, shift += 7)
        {
            if (at - begin > 4)
            {
                return ErrorCode.MalformedFormat;
            }

            if (at == bytes.Length)
            {
                at = 0;
                return ErrorCode.None;
            }

            length |= (long)(bytes[at] & 0x7F) << shift;
            if (bytes[at] < 0x80)
            {
                at++;
                break;
            }
        }

        if (length > bytesMax)
        {
            return ErrorCode.MalformedFormat;
        }

        if (bytes.Length - at < length)
        {
            at = 0;
            return ErrorCode.None;
        }

        field = bytes.Slice(at, (int)length);
        at += (int)length;
        return ErrorCode.None;
    }
}
