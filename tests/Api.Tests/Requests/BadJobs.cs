using System.Text;

namespace TimeMachine.Api.Tests.Requests;

/// <summary>Bodies that are no job: each is refused with 400 E001, and names its field.</summary>
internal static class BadJobs
{
    private const string Line = "POST /job/shop/timeouts";

    private static readonly (string Name, string Body, string Field)[] Texts =
    [
        ("an empty body", "", "body"),
        ("white space alone", "  \n", "body"),
        ("a null", "null", "body"),
        ("a number", "1", "body"),
        ("a string", "\"a\"", "body"),
        ("an array", "[]", "body"),
        ("an open object", "{\"delay_ms\":1", "body"),
        ("an open string", "{\"id\":\"a", "body"),
        ("a trailing comma", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1,}", "body"),
        ("a comment", "{/*a*/\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "body"),
        ("single quotes", "{'delay_ms':1}", "body"),
        ("a name without quotes", "{delay_ms:1}", "body"),
        ("something behind", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1} x", "body"),
        ("a second object", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}{}", "body"),
        ("a byte order mark", "\ufeff{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "body"),
        ("a raw line break in a string", "{\"id\":\"a\nb\",\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "body"),
        ("a bad escape", "{\"id\":\"\\x\",\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "body"),
        ("an empty object", "{}", "trigger_time"),
        ("no time", "{\"route\":\"hook\",\"meta\":1}", "trigger_time"),
        ("null times", "{\"trigger_time\":null,\"delay_ms\":null,\"route\":\"hook\",\"meta\":1}", "trigger_time"),
        ("no route", "{\"delay_ms\":1,\"meta\":1}", "route"),
        ("a null route", "{\"delay_ms\":1,\"route\":null,\"meta\":1}", "route"),
        ("no meta", "{\"delay_ms\":1,\"route\":\"hook\"}", "meta"),
        ("two times", "{\"delay_ms\":1,\"trigger_time\":1,\"route\":\"hook\",\"meta\":1}", "delay_ms"),
        ("an unknown field", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1,\"priority\":1}", "priority"),
        ("a field in capitals", "{\"Delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "Delay_ms"),
        ("an empty field", "{\"\":1}", "(empty)"),
        ("a field of half a pair", "{\"\\ud800\":1}", "body"),
        ("a field with a control character", "{\"a\\u0007\":1}", "a\ufffd"),
        ("a field twice", "{\"delay_ms\":1,\"delay_ms\":1,\"route\":\"hook\",\"meta\":1}", "delay_ms"),
        ("a field twice, once escaped", "{\"delay_ms\":1,\"delay\\u005fms\":2}", "delay_ms"),
        ("meta twice", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":1,\"meta\":1}", "meta"),
        ("an id that is a number", With("id", "1"), "id"),
        ("an id that is an object", With("id", "{}"), "id"),
        ("an id that is true", With("id", "true"), "id"),
        ("an empty id", With("id", "\"\""), "id"),
        ("the id .", With("id", "\".\""), "id"),
        ("the id ..", With("id", "\"..\""), "id"),
        ("an id with a zero", With("id", "\"a\\u0000b\""), "id"),
        ("an id with a line break", With("id", "\"a\\nb\""), "id"),
        ("an id with a delete", With("id", "\"a\\u007f\""), "id"),
        ("an id with a C1 control", With("id", "\"a\\u0085\""), "id"),
        ("an id of 257 characters", With("id", $"\"{new string('a', 257)}\""), "id"),
        ("an id of 257 emoji", With("id", $"\"{string.Concat(Enumerable.Repeat("😀", 257))}\""), "id"),
        ("an id of half a pair", With("id", "\"\\ud83d\""), "id"),
        ("an id of the other half", With("id", "\"\\ude00\""), "id"),
        ("a route that is a number", "{\"delay_ms\":1,\"route\":7,\"meta\":1}", "route"),
        ("an empty route", "{\"delay_ms\":1,\"route\":\"\",\"meta\":1}", "route"),
        ("the route ..", "{\"delay_ms\":1,\"route\":\"..\",\"meta\":1}", "route"),
        ("a time of 0", Time("0"), "trigger_time"),
        ("a negative time", Time("-1"), "trigger_time"),
        ("the least time of all", Time("-9223372036854775808"), "trigger_time"),
        ("2^63", Time("9223372036854775808"), "trigger_time"),
        ("2^63 - 1", Time("9223372036854775807"), "trigger_time"),
        ("a time of 40 digits", Time(new string('9', 40)), "trigger_time"),
        ("a time in seconds and parts", Time("1893456000.5"), "trigger_time"),
        ("a time with a zero part", Time("1893456000000.0"), "trigger_time"),
        ("a time with an exponent", Time("1e3"), "trigger_time"),
        ("NaN", Time("NaN"), "body"),
        ("Infinity", Time("Infinity"), "body"),
        ("a hexadecimal time", Time("0x10"), "body"),
        ("a leading zero", Time("01"), "body"),
        ("a plus", Time("+1"), "body"),
        ("a true time", Time("true"), "trigger_time"),
        ("a time in an array", Time("[1]"), "trigger_time"),
        ("a number in a string", Time("\"1893456000000\""), "trigger_time"),
        ("an empty time", Time("\"\""), "trigger_time"),
        ("a time without zone", Time("\"2030-01-01T00:00:00\""), "trigger_time"),
        ("a time with a space", Time("\"2030-01-01 00:00:00Z\""), "trigger_time"),
        ("a day alone", Time("\"2030-01-01\""), "trigger_time"),
        ("February 30", Time("\"2030-02-30T00:00:00Z\""), "trigger_time"),
        ("hour 24", Time("\"2030-01-01T24:00:00Z\""), "trigger_time"),
        ("second 60", Time("\"2030-01-01T23:59:60Z\""), "trigger_time"),
        ("a zone of 99 hours", Time("\"2030-01-01T00:00:00+99:00\""), "trigger_time"),
        ("a zone without colon", Time("\"2030-01-01T00:00:00+0200\""), "trigger_time"),
        ("a dot without digits", Time("\"2030-01-01T00:00:00.Z\""), "trigger_time"),
        ("ten digits of a second", Time("\"2030-01-01T00:00:00.1234567891Z\""), "trigger_time"),
        ("a time before 1970", Time("\"1969-12-31T23:59:59Z\""), "trigger_time"),
        ("year 1", Time("\"0001-01-01T00:00:00Z\""), "trigger_time"),
        ("year 9999", Time("\"9999-12-31T23:59:59Z\""), "trigger_time"),
        ("a time of half a pair", Time("\"\\udead\""), "trigger_time"),
        ("a millisecond past the horizon", Time("5049216000001"), "trigger_time"),
        ("a negative delay", Delay("-1"), "delay_ms"),
        ("a delay of 1.5", Delay("1.5"), "delay_ms"),
        ("a delay of 1e3", Delay("1e3"), "delay_ms"),
        ("a delay of 2^63", Delay("9223372036854775808"), "delay_ms"),
        ("a delay past the horizon", Delay("3155760000001"), "delay_ms"),
        ("a delay that is a string", Delay("\"5\""), "delay_ms"),
        ("a mode of old", With("mode", "\"exactly_once\""), "mode"),
        ("a mode in capitals", With("mode", "\"AT_MOST_ONCE\""), "mode"),
        ("an empty mode", With("mode", "\"\""), "mode"),
        ("a mode that is a number", With("mode", "1"), "mode"),
        ("an expiry of 0", With("expire_after_ms", "0"), "expire_after_ms"),
        ("a negative expiry", With("expire_after_ms", "-5"), "expire_after_ms"),
        ("an expiry of 2^63", With("expire_after_ms", "9223372036854775808"), "expire_after_ms"),
        ("an expiry that is a string", With("expire_after_ms", "\"1\""), "expire_after_ms"),
        ("a meta of 65 levels", Meta(new string('[', 65) + new string(']', 65)), "meta"),
        ("a meta of 65 objects", Meta(Nested("{\"a\":", 65)), "meta"),
        ("a meta of 100,000 levels", Meta(new string('[', 100_000) + new string(']', 100_000)), "meta"),
        ("a meta that is not closed", "{\"delay_ms\":1,\"route\":\"hook\",\"meta\":[1}", "body"),
        ("a meta with half a pair", Meta("\"\\ud800\""), "meta"),
        ("a meta with halves the wrong way", Meta("{\"a\":[\"\\udc00\\ud800\"]}"), "meta"),
        ("a meta with half a pair in a name", Meta("{\"\\udfff\":1}"), "meta"),
        ("a meta with a trailing comma", Meta("[1,]"), "body"),
        ("a meta of 256 KiB and a byte", Meta($"\"{new string('a', (256 * 1024) - 1)}\""), "meta"),
    ];

    public static IEnumerable<BadRequest> All =>
    [
        .. Texts.Select(row => BadRequest.Of(
            "job: " + row.Name, Line, Encoding.UTF8.GetBytes(row.Body), 400, "E001", row.Field)),
        Bytes("a lone continuation byte in an id", [0x80], With("id", "\"?\""), "body"),
        Bytes("an overlong slash in an id", [0xC0, 0xAF], With("id", "\"?\""), "body"),
        Bytes("a surrogate in UTF-8", [0xED, 0xA0, 0x80], Meta("\"?\""), "body"),
        Bytes("a cut character in a meta", [0xE2, 0x82], Meta("\"?\""), "body"),
        Bytes("a byte above all characters", [0xF4, 0x90, 0x80, 0x80], Meta("\"?\""), "body"),
        Bytes("UTF-16", Encoding.Unicode.GetBytes("{}"), "?", "body"),
    ];

    private static BadRequest Bytes(string name, byte[] bytes, string body, string field)
    {
        var cut = body.IndexOf('?', StringComparison.Ordinal);
        byte[] whole = [.. Encoding.UTF8.GetBytes(body[..cut]), .. bytes, .. Encoding.UTF8.GetBytes(body[(cut + 1)..])];
        return BadRequest.Of("job: " + name, Line, whole, 400, "E001", field);
    }

    private static string With(string field, string value) =>
        $$"""{"delay_ms":1,"route":"hook","meta":1,"{{field}}":{{value}}}""";

    private static string Time(string value) => $$"""{"trigger_time":{{value}},"route":"hook","meta":1}""";

    private static string Delay(string value) => $$"""{"delay_ms":{{value}},"route":"hook","meta":1}""";

    private static string Meta(string value) => $$"""{"delay_ms":1,"route":"hook","meta":{{value}}}""";

    private static string Nested(string opening, int levels) =>
        string.Concat(Enumerable.Repeat(opening, levels)) + "1" + new string('}', levels);
}
