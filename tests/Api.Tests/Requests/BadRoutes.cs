using System.Text;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>Bodies that are no route and no change of the cluster: each is refused with 400 E001, and names its field.
/// </summary>
internal static class BadRoutes
{
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(new byte[24]);

    private static readonly (string Name, string Body, string Field)[] Routes =
    [
        ("no id", """{"webhook_url":"https://a.example/"}""", "id"),
        ("no address", """{"id":"a"}""", "webhook_url"),
        ("a null address", """{"id":"a","webhook_url":null}""", "webhook_url"),
        ("an empty address", """{"id":"a","webhook_url":""}""", "webhook_url"),
        ("an address without scheme", """{"id":"a","webhook_url":"a.example/x"}""", "webhook_url"),
        ("a file", """{"id":"a","webhook_url":"file:///etc/passwd"}""", "webhook_url"),
        ("ftp", """{"id":"a","webhook_url":"ftp://a.example/"}""", "webhook_url"),
        ("javascript", """{"id":"a","webhook_url":"javascript:alert(1)"}""", "webhook_url"),
        ("a user", """{"id":"a","webhook_url":"https://u:p@a.example/"}""", "webhook_url"),
        ("a fragment", """{"id":"a","webhook_url":"https://a.example/#b"}""", "webhook_url"),
        ("a line break", """{"id":"a","webhook_url":"https://a.example/\r\nX: y"}""", "webhook_url"),
        ("a space", """{"id":"a","webhook_url":"https://a.example/ b"}""", "webhook_url"),
        ("a backslash", """{"id":"a","webhook_url":"https://a.example\\@b.example/"}""", "webhook_url"),
        ("an address of 2,049 bytes", Address($"https://a.example/{new string('a', 2_031)}"), "webhook_url"),
        ("a long address in other letters", Address($"https://a.example/{new string('ü', 1_100)}"), "webhook_url"),
        ("an address of half a pair", Address("https://a.example/\\ud83d"), "webhook_url"),
        ("an address without host", Address("https:///a"), "webhook_url"),
        ("a host of dots", Address("https://.../"), "webhook_url"),
        ("a host in full width digits", Address("http://１２７.0.0.1/"), "webhook_url"),
        ("a host in circled digits", Address("http://①②⑦.0.0.1/"), "webhook_url"),
        ("a host of 70 letters", Address($"http://{new string('ü', 70)}/"), "webhook_url"),
        ("a port of 0", Address("http://a.example:0/"), "webhook_url"),
        ("a port of 65,536", Address("http://a.example:65536/"), "webhook_url"),
        ("another type", With("type", "\"KAFKA\""), "type"),
        ("a type in small letters", With("type", "\"rest\""), "type"),
        ("a type that is a number", With("type", "1"), "type"),
        ("a timeout of 0", With("timeout_ms", "0"), "timeout_ms"),
        ("a timeout of 60,001", With("timeout_ms", "60001"), "timeout_ms"),
        ("a timeout of 2^31", With("timeout_ms", "2147483648"), "timeout_ms"),
        ("a timeout that is a string", With("timeout_ms", "\"1\""), "timeout_ms"),
        ("no attempts", With("attempts_max", "0"), "attempts_max"),
        ("1,001 attempts", With("attempts_max", "1001"), "attempts_max"),
        ("a backoff of 0", With("backoff_initial_ms", "0"), "backoff_initial_ms"),
        ("a first backoff over the longest", Backoffs(1_001, 1_000), "backoff_initial_ms"),
        ("a first backoff over the longest by default", With("backoff_initial_ms", "600001"), "backoff_initial_ms"),
        ("a backoff over a day", With("backoff_max_ms", "86400001"), "backoff_max_ms"),
        ("a concurrency of 0", With("concurrency", "0"), "concurrency"),
        ("a concurrency of 65,536", With("concurrency", "65536"), "concurrency"),
        ("a rate of 0.5", With("rate_per_s", "0.5"), "rate_per_s"),
        ("a rate of 100,001", With("rate_per_s", "100001"), "rate_per_s"),
        ("paused as a word", With("paused", "\"yes\""), "paused"),
        ("paused as a number", With("paused", "1"), "paused"),
        ("no secrets in a list", With("secrets", "[]"), "secrets"),
        ("three secrets", With("secrets", $"[\"{Secret}\",\"{Secret}\",\"{Secret}\"]"), "secrets"),
        ("a secret alone", With("secrets", $"\"{Secret}\""), "secrets"),
        ("a secret without prefix", With("secrets", $"[\"{Secret[6..]}\"]"), "secrets"),
        ("a short secret", With("secrets", "[\"whsec_AAAA\"]"), "secrets"),
        ("a long secret", With("secrets", $"[\"whsec_{Convert.ToBase64String(new byte[65])}\"]"), "secrets"),
        ("a secret that is no base64", With("secrets", "[\"whsec_!!!!\"]"), "secrets"),
        ("a null secret", With("secrets", "[null]"), "secrets"),
        ("a secret that is a number", With("secrets", "[1]"), "secrets"),
        ("an unknown field", With("url", "\"https://a.example/\""), "url"),
        ("the field version", With("version", "1"), "version"),
    ];

    private static readonly (string Name, string Path, string Body, string Field)[] Changes =
    [
        ("no shards", "configure", """{"replicas":3}""", "shards"),
        ("no replicas", "configure", """{"shards":64}""", "replicas"),
        ("no replica", "configure", """{"shards":64,"replicas":0}""", "replicas"),
        ("8 replicas", "configure", """{"shards":64,"replicas":8}""", "replicas"),
        ("negative shards", "configure", """{"shards":-1,"replicas":3}""", "shards"),
        ("shards as a word", "configure", """{"shards":"64","replicas":3}""", "shards"),
        ("an unknown field", "configure", """{"shards":64,"replicas":3,"force":true}""", "force"),
        ("no node", "join", "{}", "node_id"),
        ("an empty node", "join", """{"node_id":""}""", "node_id"),
        ("a node that is a number", "join", """{"node_id":3}""", "node_id"),
        ("an address that is a number", "join", """{"node_id":"node3","raft_address":1}""", "raft_address"),
        ("no node to go", "remove", "{}", "node_id"),
        ("an address to go", "remove", """{"node_id":"node2","raft_address":"a"}""", "raft_address"),
    ];

    public static IEnumerable<BadRequest> All =>
    [
        .. Routes.Select(row => BadRequest.Of(
            "route: " + row.Name, "POST /route/shop", Encoding.UTF8.GetBytes(row.Body), 400, "E001", row.Field)),
        .. Changes.Select(row => BadRequest.Of(
            $"{row.Path}: {row.Name}",
            "POST /cluster/" + row.Path,
            Encoding.UTF8.GetBytes(row.Body),
            400,
            "E001",
            row.Field)),
    ];

    private static string Backoffs(int initialMs, int maxMs) =>
        With("backoff_initial_ms", $"{initialMs},\"backoff_max_ms\":{maxMs}");

    private static string Address(string url) => $$"""{"id":"a","webhook_url":"{{url}}"}""";

    private static string With(string field, string value) =>
        $$"""{"id":"a","webhook_url":"https://a.example/","{{field}}":{{value}}}""";
}
