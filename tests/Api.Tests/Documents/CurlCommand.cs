using System.Text;

namespace TimeMachine.Api.Tests.Documents;

/// <summary>A curl command, as far as the documents use it.</summary>
internal sealed record CurlCommand(string Method, string Path, string? Body, IReadOnlyList<(string, string)> Headers)
{
    private const string Server = "localhost:8001";

    /// <summary>Reads a command: words, single quotes, and lines that end in a backslash.</summary>
    public static CurlCommand Parse(string text)
    {
        var words = new Queue<string>(Words(text.Replace("\\\n", " ", StringComparison.Ordinal)));
        Assert.Equal("curl", words.Dequeue());
        var command = new CurlCommand("GET", "", null, []);
        string? method = null;
        while (words.TryDequeue(out var word))
        {
            command = word switch
            {
                "--json" => command with { Method = "POST", Body = words.Dequeue() },
                "-H" => command with { Headers = [.. command.Headers, HeaderOf(words.Dequeue())] },
                "-X" => command with { Method = method = words.Dequeue() },
                _ when word.StartsWith(Server, StringComparison.Ordinal) =>
                    command with { Path = word[Server.Length..] },
                _ => throw new FormatException(word),
            };
        }

        return command with { Method = method ?? command.Method };
    }

    private static (string, string) HeaderOf(string text) => text.Split(": ", 2) is [var name, var value]
        ? (name, value)
        : throw new FormatException(text);

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        var isQuoted = false;
        foreach (var character in text + ' ')
        {
            if (character == '\'')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted || !char.IsWhiteSpace(character))
            {
                word.Append(character);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
    }
}
