using TimeMachine.Core.Encoding;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>
/// Gives out the image of one replica part by part: every row of its store as it was when the applied index was the
/// given one, in key order. The same form serves a lagging replica, a new one, and a backup. Holds one row at a time.
/// </summary>
/// <param name="rows">The rows, the applied point's among them.</param>
/// <remarks>Form: docs/formats/image.md.</remarks>
public sealed class ImageWriter(IRowSource rows)
{
    private readonly ByteWriter _piece = new(4_096);
    private int _given;
    private uint _crc;
    private bool _isBegun;
    private bool _isEnded;

    /// <summary>Fills a part.</summary>
    /// <param name="into">The part; all of it is used unless the image ends in it.</param>
    /// <param name="isLast">Whether nothing comes behind it.</param>
    /// <returns>The bytes used.</returns>
    public int Fill(Span<byte> into, out bool isLast)
    {
        var used = 0;
        while (HasMore() && used < into.Length)
        {
            var count = Math.Min(into.Length - used, _piece.Length - _given);
            _piece.Written.Slice(_given, count).CopyTo(into[used..]);
            _given += count;
            used += count;
        }

        isLast = !HasMore();
        return used;
    }

    private bool HasMore()
    {
        if (_given == _piece.Length && !_isEnded)
        {
            _piece.Clear();
            _given = 0;
            WritePiece();
        }

        return _given < _piece.Length;
    }

    private void WritePiece()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            _piece.U8(ImageFormat.Version);
        }

        _isEnded = !rows.TryRead(out var row);
        if (_isEnded)
        {
            _piece.U8(ImageFormat.End);
            _piece.U32(Crc32C.Of(_piece.Written, _crc));
            return;
        }

        _piece.U8(ImageFormat.Row);
        _piece.Bytes(row.Key.Span);
        _piece.Bytes(row.Value.Span);
        _crc = Crc32C.Of(_piece.Written, _crc);
    }
}
