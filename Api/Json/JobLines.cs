using System.Text.Json;
using System.Text.Unicode;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Json;

/// <summary>Splits a batch's body into its jobs, and looks at no job. It ends with the first job too many.</summary>
internal static class JobLines
{
    /// <summary>Splits lines of JSON. Empty lines are nothing.</summary>
    public static List<Range> OfLines(ReadOnlySpan<byte> body)
    {
        var jobs = new List<Range>();
        foreach (var line in body.Split((byte)'\n'))
        {
            if (!body[line].Trim(" \t\r"u8).IsEmpty)
            {
                jobs.Add(line);
            }

            if (jobs.Count > Limits.BatchJobsMax)
            {
                break;
            }
        }

        return jobs;
    }

    /// <summary>Splits a JSON array.</summary>
    /// <param name="body">The body.</param>
    /// <param name="refusal">Why the body as a whole is no array of JSON values.</param>
    public static List<Range> OfArray(ReadOnlySpan<byte> body, out ErrorReply? refusal)
    {
        var jobs = new List<Range>();
        refusal = null;
        if (!Utf8.IsValid(body))
        {
            refusal = InvalidField.Because("body", "must be valid UTF-8");
            return jobs;
        }

        try
        {
            // How deep a job may be is looked at job by job; here its length alone is the limit.
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.BatchBytesMax });
            reader.Read();
            refusal = ReadItems(ref reader, jobs);
        }
        catch (JsonException error)
        {
            refusal = InvalidField.Because("body", MalformedJson.Reason(body.Length, error));
        }

        return jobs;
    }

    private static ErrorReply? ReadItems(ref Utf8JsonReader reader, List<Range> jobs)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return InvalidField.Because("body", "must be a JSON array of jobs");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            jobs.Add(start..(int)reader.BytesConsumed);
            if (jobs.Count > Limits.BatchJobsMax)
            {
                return null;
            }
        }

        // Whatever follows the array throws.
        reader.Read();
        return null;
    }
}
