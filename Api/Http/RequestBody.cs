using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Http;

/// <summary>A request's whole body, in a buffer that goes back to its pool with <see cref="Dispose"/>.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 1_024;

    /// <summary>A length that is only promised takes no more memory than this.</summary>
    private const int PromisedBytesMax = 16 * 1_024;

    private readonly BodyBudget _budget;
    private byte[] _buffer = [];
    private int _length;

    private RequestBody(BodyBudget budget) => _budget = budget;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bytesMax">The most bytes of it.</param>
    /// <param name="budget">What its buffer is taken from.</param>
    /// <returns>The body, or why it is refused: it is longer, or there is no memory left for it.</returns>
    /// <exception cref="IOException">It is cut, or its chunks are malformed.</exception>
    public static async Task<(RequestBody? Body, ErrorReply? Refusal)> ReadAsync(
        HttpRequest request, int bytesMax, BodyBudget budget)
    {
        var body = new RequestBody(budget);
        var isWhole = false;
        try
        {
            var first = (int)Math.Min(request.ContentLength ?? FirstBytes, PromisedBytesMax);
            var refusal = body.TryGrow(first) ? await body.FillAsync(request.BodyReader, bytesMax) : Refusals.Busy;
            isWhole = refusal is null;
            return isWhole ? (body, null) : (null, refusal);
        }
        finally
        {
            if (!isWhole)
            {
                body.Dispose();
            }
        }
    }

    public void Dispose()
    {
        Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private async Task<ErrorReply?> FillAsync(PipeReader reader, int bytesMax)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            var added = read.Buffer.Length;
            var refusal = added > bytesMax - _length ? Refusals.BodyTooLarge(bytesMax)
                : TryGrow(_length + (int)added) ? null
                : Refusals.Busy;
            if (refusal is null)
            {
                read.Buffer.CopyTo(_buffer.AsSpan(_length));
                _length += (int)added;
            }

            reader.AdvanceTo(read.Buffer.End);
            if (refusal is not null || read.IsCompleted)
            {
                return refusal;
            }
        }
    }

    private bool TryGrow(int bytes)
    {
        if (bytes <= _buffer.Length)
        {
            return true;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, _buffer.Length * 2));
        if (!_budget.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        Span.CopyTo(larger);
        Return(_buffer);
        _buffer = larger;
        return true;
    }

    private void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _budget.Give(buffer.Length);
        }
    }
}
