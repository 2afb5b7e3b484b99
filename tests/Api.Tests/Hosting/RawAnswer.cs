using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>The first answer on a connection.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body, bool IsWhole)
{
    private const string Length = "content-length: ";

    public string? Code => Body.Length == 0 ? null : (string?)JsonNode.Parse(Body)!["code"];

    public static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return new RawAnswer(0, "", "", IsWhole: false);
        }

        var head = text[..end];
        var status = int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture);
        var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        var length = at < 0
            ? 0
            : int.Parse(head[(at + Length.Length)..].Split("\r\n")[0], CultureInfo.InvariantCulture);
        var rest = Encoding.UTF8.GetBytes(text[(end + 4)..]).AsSpan();
        var body = Encoding.UTF8.GetString(rest[..Math.Min(length, rest.Length)]);
        return new RawAnswer(status, head, body, IsWhole: rest.Length >= length);
    }
}
