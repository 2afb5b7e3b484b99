using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Http;

/// <summary>What a request is answered with. Its body is written when it is made.</summary>
internal sealed class Answer
{
    /// <summary>Text stays readable; the media type and <c>nosniff</c> keep browsers from taking it for a page.
    /// </summary>
    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int MsPerSecond = 1_000;
    private readonly ReadOnlyMemory<byte> _body;
    private long? _version;
    private string? _allow;
    private int _retryAfterMs;

    private Answer(int status, Action<Utf8JsonWriter> write)
    {
        Status = status;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            write(writer);
        }

        _body = buffer.WrittenMemory;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>An answer that is no refusal.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="write">Writes the body.</param>
    /// <param name="version">The version for the header <c>ETag</c>; null for none.</param>
    public static Answer Ok(int status, Action<Utf8JsonWriter> write, long? version = null) =>
        new(status, write) { _version = version };

    /// <summary>A refusal.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="allow">The value of the header <c>Allow</c>; null for none.</param>
    public static Answer Refused(ErrorReply refusal, string? allow = null) =>
        new(HttpStatus.Of(refusal.Code), writer => ErrorJson.WriteObject(writer, refusal))
        {
            _allow = allow,
            _retryAfterMs = refusal.RetryAfterMs,
        };

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentLength = _body.Length;
        AddHeaders(response.Headers);
        if (Status == StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            // The rest of the body is not taken, so nothing can follow it.
            response.Headers.Connection = "close";
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(_body);
        }
    }

    private void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentType = "application/json";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        if (_version is { } version)
        {
            headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        }

        if (_allow is not null)
        {
            headers.Allow = _allow;
        }

        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            var seconds = Math.Max(1, (_retryAfterMs + MsPerSecond - 1) / MsPerSecond);
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            headers.WWWAuthenticate = "Bearer";
        }
    }
}
