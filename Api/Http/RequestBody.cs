using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace TimeMachine.Api.Http;

/// <summary>A request's whole body, in a buffer that goes back to its pool with <see cref="Dispose"/>.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 1_024;
    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bytesMax">The most bytes of it.</param>
    /// <returns>Null if it is longer.</returns>
    /// <exception cref="BadHttpRequestException">It is cut, or its chunks are malformed.</exception>
    public static async Task<RequestBody?> ReadAsync(HttpRequest request, int bytesMax)
    {
        if (request.ContentLength > bytesMax)
        {
            return null;
        }

        var body = new RequestBody((int)(request.ContentLength ?? FirstBytes));
        var isWhole = false;
        try
        {
            isWhole = await body.FillAsync(request.BodyReader, bytesMax);
            return isWhole ? body : null;
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
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private async Task<bool> FillAsync(PipeReader reader, int bytesMax)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.Buffer.Length > bytesMax - _length)
            {
                reader.AdvanceTo(read.Buffer.End);
                return false;
            }

            Append(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    private void Append(in ReadOnlySequence<byte> bytes)
    {
        var added = (int)bytes.Length;
        if (_buffer.Length - _length < added)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + added, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += added;
    }
}
