using System.Globalization;
using System.Text;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>A request that must be refused, and how.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The error code; null where the server itself refuses what is no HTTP.</param>
/// <param name="Field">The field that the details name; null for any.</param>
internal sealed record BadRequest(string Name, byte[] Bytes, int Status, string? Code, string? Field = null)
{
    /// <summary>Whether the client then ends its half of the connection: it may be gone, and is not always answered.
    /// </summary>
    public bool IsCut { get; init; }

    public const string Json = "Content-Type: application/json\r\n";

    /// <summary>A request with a length and, if there is a body, the JSON type.</summary>
    public static BadRequest Of(
        string name, string line, byte[]? body, int status, string? code, string? field = null, string? headers = null)
    {
        var length = body is null ? "" : Text($"Content-Length: {body.Length}\r\n");
        var head = $"{line} HTTP/1.1\r\nHost: localhost\r\n{headers ?? (body is null ? "" : Json)}{length}\r\n";
        return new BadRequest(name, [.. Encoding.UTF8.GetBytes(head), .. body ?? []], status, code, field);
    }

    /// <summary>A request whose head and body are written out.</summary>
    public static BadRequest Raw(string name, string request, int status, string? code, string? field = null) =>
        new(name, Encoding.Latin1.GetBytes(request), status, code, field);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
