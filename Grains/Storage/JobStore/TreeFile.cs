using TimeMachine.Storage.Files;
using ZoneTree.AbstractFileStream;

namespace TimeMachine.Storage.JobStore;

/// <summary>A file as ZoneTree wants it, a stream, over ours: its flush to disk is our checked sync.</summary>
/// <param name="file">The file.</param>
/// <param name="canWrite">Whether it is opened to be written.</param>
/// <param name="bufferBytes">The size of the buffer.</param>
/// <param name="closed">Told when it is closed.</param>
internal sealed class TreeFile(IStorageFile file, bool canWrite, int bufferBytes, Action<IStorageFile> closed)
    : Stream, IFileStream
{
    private readonly byte[] _buffer = new byte[Math.Max(bufferBytes, 4_096)];
    private long _bufferAt;
    private int _buffered;
    private bool _isBufferWritten;
    private long _position;
    private bool _isDirty;
    private bool _isClosed;

    public string FilePath => file.Path;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => canWrite;

    public override long Length => Math.Max(file.Length, _isBufferWritten ? _bufferAt + _buffered : 0);

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override void Flush() => WriteOut();

    public void Flush(bool flushToDisk)
    {
        WriteOut();
        if (flushToDisk && _isDirty)
        {
            file.Sync();
            _isDirty = false;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_isBufferWritten || _position < _bufferAt || _position >= _bufferAt + _buffered)
        {
            WriteOut();
            if (buffer.Length >= _buffer.Length)
            {
                var direct = file.Read(_position, buffer);
                _position += direct;
                return direct;
            }

            _bufferAt = _position;
            _buffered = file.Read(_position, _buffer);
        }

        var from = (int)(_position - _bufferAt);
        var length = Math.Min(buffer.Length, _buffered - from);
        _buffer.AsSpan(from, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    public int ReadFaster(byte[] buffer, int offset, int count)
    {
        ReadExactly(buffer, offset, count);
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var isBehind = _isBufferWritten && _position == _bufferAt + _buffered;
        if (!isBehind || _buffered + buffer.Length > _buffer.Length)
        {
            WriteOut();
            Begin();
        }

        if (buffer.Length > _buffer.Length)
        {
            file.Write(_position, buffer);
            _isDirty = true;
            _position += buffer.Length;
            Begin();
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
        _position += buffer.Length;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => Length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "not an origin"),
        };
        return _position;
    }

    public override void SetLength(long value)
    {
        WriteOut();
        _buffered = 0;
        file.SetLength(value);
        _isDirty = true;
    }

    public Stream ToStream() => this;

    public override void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            try
            {
                WriteOut();
            }
            finally
            {
                file.Dispose();
                closed(file);
            }
        }

        base.Close();
    }

    private void Begin()
    {
        _bufferAt = _position;
        _buffered = 0;
        _isBufferWritten = true;
    }

    /// <summary>Gives the buffered writes to the file; what was read ahead is forgotten.</summary>
    private void WriteOut()
    {
        if (_isBufferWritten && _buffered > 0)
        {
            file.Write(_bufferAt, _buffer.AsSpan(0, _buffered));
            _isDirty = true;
            _buffered = 0;
        }

        if (_isBufferWritten)
        {
            _buffered = 0;
            _isBufferWritten = false;
        }
    }
}
