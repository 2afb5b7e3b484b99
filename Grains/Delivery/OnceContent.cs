using System.Net;

namespace TimeMachine.Grains.Delivery;

/// <summary>
/// A body that can be written once. The handler below may try a request again on another connection; this one it
/// cannot: one claim is one write to one socket.
/// </summary>
internal sealed class OnceContent(ReadOnlyMemory<byte> bytes) : HttpContent
{
    private int _writes;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _writes) > 1)
        {
            throw new InvalidOperationException("An attempt is written once.");
        }

        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
