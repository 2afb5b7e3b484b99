using System.IO.Pipelines;

namespace TimeMachine.Api.Tls;

/// <summary>A stream over the two pipes of a connection, for what only knows streams.</summary>
internal sealed class DuplexPipeStream(IDuplexPipe pipes) : Stream
{
    // Orleans ends a connection by cancelling the read under way, once. That may be one for nothing, after which TLS
    // would read again and wait for ever.
    private bool _isCanceled;

    /// <summary>Whether anything came.</summary>
    public bool HasRead { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isCanceled)
        {
            var read = await pipes.Input.ReadAsync(cancellationToken);
            _isCanceled = read.IsCanceled;
            HasRead |= !read.Buffer.IsEmpty;
            if (buffer.IsEmpty)
            {
                // TLS asks for nothing to learn whether there is something. To call it examined would wait for more.
                pipes.Input.AdvanceTo(read.Buffer.Start);
                return 0;
            }

            var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
            if (count > 0)
            {
                var taken = read.Buffer.Slice(0, count);
                CopyTo(taken, buffer.Span);
                pipes.Input.AdvanceTo(taken.End);
                return count;
            }

            pipes.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return 0;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await pipes.Output.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task FlushAsync(CancellationToken cancellationToken) =>
        await pipes.Output.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static void CopyTo(System.Buffers.ReadOnlySequence<byte> from, Span<byte> to)
    {
        foreach (var part in from)
        {
            part.Span.CopyTo(to);
            to = to[part.Length..];
        }
    }
}
