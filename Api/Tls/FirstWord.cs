using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace TimeMachine.Api.Tls;

/// <summary>
/// Notices a connection that ends before its other side has said anything. A node refuses so: the caller of TLS 1.3 has
/// ended its own handshake by then, and one that speaks without TLS has had none.
/// </summary>
internal sealed class FirstWord : PipeReader
{
    private readonly PipeReader _input;
    private bool _hasHeard;

    private FirstWord(PipeReader input) => _input = input;

    /// <summary>Lets a connection run.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="next">What speaks on it.</param>
    /// <param name="onSilence">Called after its end if nothing was heard.</param>
    public static async Task WatchAsync(ConnectionContext link, ConnectionDelegate next, Action onSilence)
    {
        var pipes = link.Transport;
        var input = new FirstWord(pipes.Input);
        try
        {
            link.Transport = new Pipes(input, pipes.Output);
            await next(link);
        }
        finally
        {
            link.Transport = pipes;
            if (!input._hasHeard)
            {
                onSilence();
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _hasHeard ? _input.ReadAsync(cancellationToken) : ListenAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        var hasRead = _input.TryRead(out result);
        _hasHeard |= hasRead && !result.Buffer.IsEmpty;
        return hasRead;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => _input.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _input.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead() => _input.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _input.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => _input.CompleteAsync(exception);

    private async ValueTask<ReadResult> ListenAsync(CancellationToken cancellationToken)
    {
        var result = await _input.ReadAsync(cancellationToken);
        _hasHeard |= !result.Buffer.IsEmpty;
        return result;
    }
}
