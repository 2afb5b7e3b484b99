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
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }
}
