using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Http;

/// <summary>What a request is answered with.</summary>
internal sealed class Answer
{
    /// <summary>Text stays readable; the media type and <c>nosniff</c> keep browsers from taking it for a page.</summary>
    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int MsPerSecond = 1_000;
    private readonly Action<Utf8JsonWriter> _write;

    private Answer(int status, Action<Utf8JsonWriter> write)
    {
        Status = status;
        _write = write;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The version for the header <c>ETag</c>; null for none.</summary>
    public long? Version { get; init; }

    /// <summary>The value of the header <c>Allow</c>; null for none.</summary>
    public string? Allow { get; init; }

    /// <summary>The refusal; null if it is none.</summary>
    public ErrorReply? Refusal { get; private init; }

    /// <summary>An answer that is no refusal.</summary>
    public static Answer Ok(int status, Action<Utf8JsonWriter> write, long? version = null) =>
        new(status, write) { Version = version };

    /// <summary>A refusal.</summary>
    public static Answer Refused(ErrorReply refusal, string? allow = null) =>
        new(HttpStatus.Of(refusal.Code), writer => ErrorJson.WriteObject(writer, refusal))
        {
            Refusal = refusal,
            Allow = allow,
        };

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        var headers = response.Headers;
        headers.ContentType = "application/json";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        if (Version is { } version)
        {
            headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        }

        if (Allow is not null)
        {
            headers.Allow = Allow;
        }

        AddRetryAfter(headers);
        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            _write(writer);
        }

        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(buffer.WrittenMemory);
        }
    }

    private void AddRetryAfter(IHeaderDictionary headers)
    {
        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            var seconds = Math.Max(1, ((Refusal?.RetryAfterMs ?? 0) + MsPerSecond - 1) / MsPerSecond);
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            headers.WWWAuthenticate = "Bearer";
        }
    }
}
