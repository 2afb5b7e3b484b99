using System.Globalization;
using System.Text;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>A request that must be refused, and how.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Make">Makes what is sent: some of it is long.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The error code; null where the server itself refuses what is no HTTP.</param>
/// <param name="Field">The field that the details name; null for any.</param>
internal sealed record BadRequest(string Name, Func<byte[]> Make, int Status, string? Code, string? Field = null)
{
    public const string Json = "Content-Type: application/json\r\n";

    /// <summary>Whether the client then ends its half of the connection: it may be gone, and is not always answered.
    /// </summary>
    public bool IsCut { get; init; }

    /// <summary>A request with a length and, if there is a body, the JSON type.</summary>
    public static BadRequest Of(
        string name, string line, byte[]? body, int status, string? code, string? field = null, string? headers = null)
    {
        var all = headers ?? (body is null ? "" : Json);
        return new BadRequest(name, () => Write(line, all, body), status, code, field);
    }

    /// <summary>A request with a long JSON body.</summary>
    public static BadRequest OfLong(string name, string line, Func<byte[]> body, int status, string code) =>
        new(name, () => Write(line, Json, body()), status, code);

    /// <summary>A request whose head and body are written out.</summary>
    public static BadRequest Raw(string name, string request, int status, string? code, string? field = null) =>
        new(name, () => Encoding.Latin1.GetBytes(request), status, code, field);

    private static byte[] Write(string line, string headers, byte[]? body)
    {
        var length = body is null ? "" : Text($"Content-Length: {body.Length}\r\n");
        var head = $"{line} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n";
        return [.. Encoding.UTF8.GetBytes(head), .. body ?? []];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
