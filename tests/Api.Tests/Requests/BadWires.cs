namespace TimeMachine.Api.Tests.Requests;

/// <summary>Requests that are wrong as bytes: lengths, chunks, line ends, and what is no HTTP at all.</summary>
internal static class BadWires
{
    private const string Job = """{"delay_ms":1,"route":"hook","meta":1}""";
    private const string Probe = "GET /livez HTTP/1.1\r\nHost: localhost\r\n";
    private const string Chunks = "Transfer-Encoding: chunked\r\n";
    private const string End = "0\r\n\r\n";
    private static readonly string Whole = Chunk(Job) + End;

    public static IEnumerable<BadRequest> All => [.. Lengths, .. ChunkForms, .. Lines, .. Heads];

    private static IEnumerable<BadRequest> Lengths =>
    [
        Posted("a length beside chunks", "Content-Length: 5\r\n" + Chunks, Whole, "Content-Length"),
        Posted("chunks beside a length", Chunks + "Content-Length: 5\r\n", Whole, "Content-Length"),
        Raw("a length beside chunks of a GET", Probe + Chunks + "Content-Length: 5\r\n\r\n" + End, "Content-Length"),
        Raw(
            "a length beside chunks of the document",
            $"GET /swagger/v1/swagger.json HTTP/1.1\r\nHost: localhost\r\n{Chunks}Content-Length: 5\r\n\r\n{End}",
            "Content-Length"),
        Cut("a cut body", "Content-Length: 100\r\n", Job),
        Cut("no body at all", "Content-Length: 100\r\n", ""),
        Unread("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", Job),
        Unread("two lengths in one", "Content-Length: 5, 6\r\n", Job),
        Unread("a negative length", "Content-Length: -1\r\n", ""),
        Posted("a length with a sign", "Content-Length: +5\r\n", Job, "body"),
        Unread("a length that is a word", "Content-Length: many\r\n", Job),
        Unread("a length of 2^64", "Content-Length: 18446744073709551616\r\n", Job),
    ];

    private static IEnumerable<BadRequest> ChunkForms =>
    [
        Cut("cut chunks", Chunks, Chunk(Job)),
        Cut("a cut chunk", Chunks, "ff\r\n" + Job),
        Posted("a chunk of no size", Chunks, "zz\r\n" + Job + "\r\n" + End, "body"),
        Posted("a chunk of a negative size", Chunks, "-1\r\n" + Job + "\r\n" + End, "body"),
        Posted("a chunk of 2^64 bytes", Chunks, "10000000000000000\r\n" + Job + "\r\n" + End, "body"),
        Posted("a chunk longer than its size", Chunks, "2\r\n" + Job + "\r\n" + End, "body"),
        Posted("chunks that end in LF", Chunks, Whole.Replace("\r\n", "\n", StringComparison.Ordinal), "body"),
        Unread("an unknown coding", "Transfer-Encoding: gzip\r\n", Job),
        Unread("chunks that are not last", "Transfer-Encoding: chunked, gzip\r\n", Whole),
    ];

    private static IEnumerable<BadRequest> Lines =>
    [
        NoHttp("a request line that ends in LF", "GET /livez HTTP/1.1\nHost: localhost\r\n\r\n"),
        NoHttp("a header that ends in LF", "GET /livez HTTP/1.1\r\nHost: localhost\n\r\n"),
        NoHttp("a head that ends in LF", Probe + "\n"),
        NoHttp("a header with a CR", Probe + "X: a\rb\r\n\r\n"),
        NoHttp("a folded header", Probe + "X: a\r\n b\r\n\r\n"),
        NoHttp("a header with a zero", Probe + "X: a\0b\r\n\r\n"),
        NoHttp("a header without colon", Probe + "X\r\n\r\n"),
        NoHttp("a header with a space before its colon", Probe + "X : a\r\n\r\n"),
        NoHttp("a header without name", Probe + ": a\r\n\r\n"),
    ];

    private static IEnumerable<BadRequest> Heads =>
    [
        NoHttp("no host", "GET /livez HTTP/1.1\r\n\r\n"),
        NoHttp("two hosts", Probe + "Host: localhost\r\n\r\n"),
        NoHttp("a host with a path", "GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        NoHttp("raw bytes in the path", "GET /job/shop/timeouts/\u00ff HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        NoHttp("a path without slash", "GET livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        NoHttp("a proxy's tunnel", "CONNECT a.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        BadRequest.Raw(
            "wire: a tunnel to its host",
            "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n",
            404,
            "E026"),
        NoHttp("no path", "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        NoHttp("a space in the path", "GET /livez and more HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        NoHttp("no HTTP at all", "\u0016\u0003\u0001\u0000\r\n\r\n"),
        NoHttp("a line of 40 KB", $"GET /{new string('a', 40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        NoHttp("headers of 80 KB", $"{Probe}X: {new string('a', 80_000)}\r\n\r\n", 431),
        NoHttp("200 headers", Probe + string.Concat(Enumerable.Repeat("X: a\r\n", 200)) + "\r\n", 431),
        // Not of the 4xx: HTTP has a status of its own for it.
        NoHttp("HTTP 3 on this line", "GET /livez HTTP/3.0\r\nHost: localhost\r\n\r\n", 505),
    ];

    /// <summary>A body in chunks.</summary>
    public static string Chunked(string chunk, int count) =>
        string.Concat(Enumerable.Repeat(Chunk(chunk), count)) + End;

    /// <summary>The head of a request to create a job.</summary>
    public static string Head(string headers) =>
        $"POST /job/shop/timeouts HTTP/1.1\r\nHost: localhost\r\n{BadRequest.Json}{headers}\r\n";

    private static BadRequest Posted(string name, string headers, string body, string field) =>
        Raw(name, Head(headers) + body, field);

    private static BadRequest Cut(string name, string headers, string body) =>
        Posted(name, headers, body, "body") with { IsCut = true };

    private static BadRequest Raw(string name, string request, string field) =>
        BadRequest.Raw("wire: " + name, request, 400, "E001", field);

    /// <summary>What the server itself refuses before any of this code sees it.</summary>
    private static BadRequest Unread(string name, string headers, string body) => NoHttp(name, Head(headers) + body);

    private static BadRequest NoHttp(string name, string request, int status = 400) =>
        BadRequest.Raw("wire: " + name, request, status, null);

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
