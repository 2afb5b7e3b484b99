using System.Text;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>Requests whose path, method or headers are wrong, or whose body is not what they say.</summary>
internal static class BadHeads
{
    private const string Job = """{"delay_ms":1,"route":"hook","meta":1}""";
    private const string Create = "POST /job/shop/timeouts";
    private const string Put = "PUT /job/shop/timeouts/a";
    private static readonly byte[] Good = Encoding.UTF8.GetBytes(Job);

    public static IEnumerable<BadRequest> All =>
        [.. Paths, .. Methods, .. Types, .. Lengths, .. Bodies, .. Headers, .. Queries];

    private static IEnumerable<BadRequest> Paths =>
    [
        Of("the root", "GET /", 404, "E026"),
        Of("an unknown word", "GET /jobs/shop/timeouts", 404, "E026"),
        Of("a word in capitals", "GET /JOB/shop/timeouts", 404, "E026"),
        Of("a database alone", "GET /job/shop", 404, "E026"),
        Of("too deep", "GET /job/shop/timeouts/a/b", 404, "E026"),
        Of("far too deep", "GET /job" + string.Concat(Enumerable.Repeat("/a", 200)), 404, "E026"),
        Of("a cluster's unknown part", "GET /cluster/nodes", 404, "E026"),
        Of("an asterisk", "OPTIONS *", 404, "E026"),
        Of("a whole address", "GET http://localhost/jobs", 404, "E026"),
        Of("a document that is not there", "GET /swagger/v9/swagger.json", 404, null),
        Of("an unclosed escape", "GET /job/shop/timeouts/a%2", 400, "E001", "path"),
        Of("an escape of no digits", "GET /job/shop/timeouts/a%zz", 400, "E001", "path"),
        Of("a lone percent", "GET /job/shop/timeouts/100%", 400, "E001", "path"),
        Of("bad UTF-8", "GET /job/shop/timeouts/%ff", 400, "E001", "path"),
        Of("an overlong dot", "GET /job/shop/timeouts/%c0%ae", 400, "E001", "path"),
        Of("a surrogate", "GET /job/shop/timeouts/%ed%a0%80", 400, "E001", "path"),
        Of("a cut character", "GET /job/shop/timeouts/%e2%82", 400, "E001", "path"),
        Of("the id .", "GET /job/shop/timeouts/.", 400, "E001", "id"),
        Of("the id ..", "GET /job/shop/timeouts/..", 400, "E001", "id"),
        Of("the id .. escaped", "GET /job/shop/timeouts/%2e%2E", 400, "E001", "id"),
        Of("a collection ..", "GET /job/shop/../a", 400, "E001", "collection"),
        Of("an empty id", "GET /job/shop/timeouts/", 400, "E001", "id"),
        Of("an empty database", "GET /job//timeouts/a", 400, "E001", "db"),
        Of("an id with a line break", "GET /job/shop/timeouts/a%0Ab", 400, "E001", "id"),
        Of("an id with a C1 control", "GET /job/shop/timeouts/%C2%85", 400, "E001", "id"),
        Of("an id of 257 characters", "GET /job/shop/timeouts/" + new string('a', 257), 400, "E001", "id"),
        Of("a path out of its place", "GET /cluster/../../job/shop/timeouts/../..", 404, "E026"),
        Of("no such job", "GET /job/shop/timeouts/none", 404, "E002"),
        Of("no such job to delete", "DELETE /job/shop/timeouts/none", 404, "E002"),
        Of("no such job to run", "POST /job/shop/timeouts/none/run", 404, "E002"),
        Of("no such job to redrive", "POST /job/shop/timeouts/none/redrive", 404, "E002"),
        // The server itself refuses a zero byte, before any of this code sees the request.
        Of("a job with a zero in its path", "GET /job/shop/timeouts/a%00b", 400, null),
        Of("a job of a zero", "GET /job/shop/timeouts/%00", 400, null),
        Of("no such route", "GET /route/shop/none", 404, "E010"),
        Of("no such route to delete", "DELETE /route/shop/none", 404, "E010"),
        Of("no such route to pause", "POST /route/shop/none/pause", 404, "E010"),
        Body("a route of another database", "POST /job/other/timeouts", Job, 404, "E010"),
        Body("a node that is not there", "POST /cluster/join", """{"node_id":"node9"}""", 404, "E032"),
        Body("another number of vnodes", "POST /cluster/configure", """{"shards":12,"replicas":3}""", 409, "E030"),
    ];

    private static IEnumerable<BadRequest> Methods =>
    [
        Of("PUT on a collection", "PUT /job/shop/timeouts", 405, "E027"),
        Of("POST on a job", "POST /job/shop/timeouts/a", 405, "E027"),
        Of("PATCH on a job", "PATCH /job/shop/timeouts/a", 405, "E027"),
        Of("GET of a run", "GET /job/shop/timeouts/a/run", 405, "E027"),
        Of("DELETE on a collection", "DELETE /job/shop/timeouts", 405, "E027"),
        Of("OPTIONS", "OPTIONS /job/shop/timeouts", 405, "E027"),
        Of("TRACE", "TRACE /job/shop/timeouts", 405, "E027"),
        Of("a method of its own", "BREW /job/shop/timeouts", 405, "E027"),
        Of("a method in small letters", "get /job/shop/timeouts", 405, "E027"),
        Of("POST on the cluster", "POST /cluster", 405, "E027"),
        Of("GET of a join", "GET /cluster/join", 405, "E027"),
        Of("POST on health", "POST /health", 405, "E027"),
    ];

    private static IEnumerable<BadRequest> Types =>
    [
        Typed("no type", ""),
        Typed("a form", "Content-Type: application/x-www-form-urlencoded\r\n"),
        Typed("parts", "Content-Type: multipart/form-data; boundary=a\r\n"),
        Typed("plain text", "Content-Type: text/plain\r\n"),
        Typed("another JSON", "Content-Type: application/json-patch+json\r\n"),
        Typed("two types", "Content-Type: application/json\r\nContent-Type: text/plain\r\n"),
        Typed("no media type at all", "Content-Type: ;;;\r\n"),
        Typed("UTF-16", "Content-Type: application/json; charset=utf-16\r\n"),
        Typed("lines for one job", "Content-Type: application/x-ndjson\r\n"),
        Typed("gzip", BadRequest.Json + "Content-Encoding: gzip\r\n"),
        Typed("an unknown encoding", BadRequest.Json + "Content-Encoding: a\r\n"),
    ];

    private static IEnumerable<BadRequest> Lengths =>
    [
        Long("10 MB", Create, 10_000_000),
        Long("a byte too many", Create, (512 * 1024) + 1),
        Long("10 MB for a pause", "POST /route/shop/hook/pause", 10_000_000),
        Long("a batch over 32 MiB", Create + "/batch", (32 * 1024 * 1024) + 1),
        new(
            "10 MB in chunks",
            () => Encoding.ASCII.GetBytes(
                BadWires.Head("Transfer-Encoding: chunked\r\n") + BadWires.Chunked(new string(' ', 100_000), 100)),
            413,
            "E028"),
    ];

    private static IEnumerable<BadRequest> Bodies =>
    [
        Body("another id than the path's", Put, """{"id":"b","delay_ms":1,"route":"hook","meta":1}""", 400, "E001"),
        Body("a batch that is an object", Create + "/batch", "{}", 400, "E001"),
        Body("a batch that is cut", Create + "/batch", $"[{Job},{Job}", 400, "E001"),
        Body("a batch with something behind", Create + "/batch", $"[{Job}]]", 400, "E001"),
        Body("a batch of bad JSON", Create + "/batch", $"[{Job},nope]", 400, "E001"),
        Body("an empty batch body", Create + "/batch", "", 400, "E001"),
        Body("a batch of none", Create + "/batch", "[]", 400, "E001"),
        Batch("a batch of 10,001", () => $"[{Ones(10_001)}]"),
        Batch("a batch of 10 million", () => $"[{Ones(10_000_000)}]"),
        Batch("a batch of 10 million levels", () => new string('[', 10_000_000)),
    ];

    private static IEnumerable<BadRequest> Headers =>
    [
        Header("a version without quotes", Put, "If-Match: 5\r\n", "If-Match"),
        Header("a weak version", Put, "If-Match: W/\"5\"\r\n", "If-Match"),
        Header("a version that is a word", Put, "If-Match: \"abc\"\r\n", "If-Match"),
        Header("a negative version", Put, "If-Match: \"-1\"\r\n", "If-Match"),
        Header("a version of 2^63", Put, "If-Match: \"9223372036854775808\"\r\n", "If-Match"),
        Header("two versions", Put, "If-Match: \"1\", \"2\"\r\n", "If-Match"),
        Header("a version twice", Put, "If-Match: \"1\"\r\nIf-Match: \"1\"\r\n", "If-Match"),
        Header("any version", Put, "If-Match: *\r\n", "If-Match"),
        Header("no match but a version", Put, "If-None-Match: \"1\"\r\n", "If-None-Match"),
        Header("a version for a create", Create, "If-Match: \"1\"\r\n", "If-Match"),
        Header("an empty key", Create, "Idempotency-Key: \r\n", "Idempotency-Key"),
        Header("a long key", Create, $"Idempotency-Key: {new string('k', 257)}\r\n", "Idempotency-Key"),
        Header("two keys", Create, "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "Idempotency-Key"),
        Header("no match and a version", Put, "If-None-Match: *\r\nIf-Match: \"1\"\r\n", "If-None-Match"),
        BadRequest.Of(
            "a stale version", Put, Good, 412, "E004", headers: BadRequest.Json + "If-Match: \"7\"\r\n"),
    ];

    private static IEnumerable<BadRequest> Queries =>
    [
        Query("a limit of 0", "limit=0", "limit"),
        Query("a limit of 1,001", "limit=1001", "limit"),
        Query("a negative limit", "limit=-1", "limit"),
        Query("a limit that is a word", "limit=all", "limit"),
        Query("an unknown state", "state=done", "state"),
        Query("a state in capitals", "state=Scheduled", "state"),
        Query("an empty state", "state=", "state"),
        Query("a time that is a word", "from=now", "from"),
        Query("a negative time", "to=-1", "to"),
        Query("a time of 2^63", "from=9223372036854775808", "from"),
        Query("an empty cursor", "cursor=", "cursor"),
        Query("the route ..", "route=..", "route"),
        Query("an unknown parameter", "sort=id", "sort"),
        Query("a parameter twice", "limit=1&limit=2", "limit"),
        Query("bad UTF-8", "route=%ff", "query"),
        Query("a cut escape", "route=%4", "query"),
        Of("force as a number", "DELETE /route/shop/hook?force=1", 400, "E001", "force"),
        Of("a parameter where none is", "GET /job/shop/timeouts/a?pretty=1", 400, "E001", "pretty"),
    ];

    private static BadRequest Of(string name, string line, int status, string? code, string? field = null) =>
        BadRequest.Of(name, line, null, status, code, field);

    private static BadRequest Body(string name, string line, string body, int status, string code) =>
        BadRequest.Of(name, line, Encoding.UTF8.GetBytes(body), status, code);

    private static BadRequest Header(string name, string line, string header, string field) =>
        BadRequest.Of("header: " + name, line, Good, 400, "E001", field, BadRequest.Json + header);

    private static BadRequest Typed(string name, string headers) =>
        BadRequest.Of("type: " + name, Create, Good, 415, "E029", headers: headers);

    private static BadRequest Long(string name, string line, int bytes) =>
        BadRequest.OfLong(name, line, () => new byte[bytes], 413, "E028");

    private static BadRequest Batch(string name, Func<string> body) =>
        BadRequest.OfLong(name, Create + "/batch", () => Encoding.ASCII.GetBytes(body()), 400, "E001");

    private static string Ones(int count) => string.Create(
        (2 * count) - 1, 0, (text, _) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = i % 2 == 0 ? '1' : ',';
            }
        });

    private static BadRequest Query(string name, string query, string field) =>
        BadRequest.Of("query: " + name, "GET /job/shop/timeouts?" + query, null, 400, "E001", field);
}
