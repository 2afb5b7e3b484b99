using System.Globalization;
using System.Text.Json;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Http;

/// <summary>The form of a refusal: <c>{"error", "code", "details"}</c>.</summary>
internal static class ErrorJson
{
    public static void WriteObject(Utf8JsonWriter writer, ErrorReply refusal)
    {
        writer.WriteStartObject();
        WriteFields(writer, refusal);
        writer.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter writer, ErrorReply refusal)
    {
        writer.WriteString("error", refusal.Message);
        writer.WriteString("code", refusal.Code);
        writer.WriteStartObject("details");
        foreach (var (name, value) in refusal.Details)
        {
            WriteDetail(writer, name, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>The contract of the nodes has texts alone; here numbers are numbers, as everywhere in this interface.
    /// </summary>
    private static void WriteDetail(Utf8JsonWriter writer, string name, string value)
    {
        if (name is "version" or "unfinished"
            && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteString(name, value);
        }
    }
}
