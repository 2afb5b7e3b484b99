namespace TimeMachine.Api.Json;

/// <summary>The field <c>id</c> of a body, which may say again what the path says.</summary>
internal static class IdJson
{
    public static string? Read(ref FieldReader reader, string? pathId)
    {
        var id = reader.Text() ?? pathId;
        if (pathId is not null && id != pathId)
        {
            reader.Refuse("must be the id of the path, or absent");
        }

        return id;
    }
}
