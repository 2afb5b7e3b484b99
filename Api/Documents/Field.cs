using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TimeMachine.Api.Documents;

/// <summary>Makes the schemas of fields.</summary>
internal static class Field
{
    /// <summary>The list of one example; null for none.</summary>
    public static IList<JsonNode>? Examples(JsonNode? example) => example is null ? null : [example];

    /// <summary>A text.</summary>
    public static OpenApiSchema Text(string description, string? example = null) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Examples = Examples(example),
    };

    /// <summary>A name: 1 to 256 code points.</summary>
    public static OpenApiSchema Name(string description, string example) => new()
    {
        Type = JsonSchemaType.String,
        Description = description + " 1 to 256 code points, no control characters, not one or two dots alone.",
        Examples = Examples(example),
        MinLength = 1,
        MaxLength = 256,
    };

    /// <summary>One of some words.</summary>
    public static OpenApiSchema OneOf(string description, params IEnumerable<string> words) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Enum = [.. words.Select(word => (JsonNode)word)],
    };

    /// <summary>An integer.</summary>
    public static OpenApiSchema Integer(string description, long? min = null, long? max = null, long? example = null) =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int64",
            Description = description,
            Minimum = min?.ToString(CultureInfo.InvariantCulture),
            Maximum = max?.ToString(CultureInfo.InvariantCulture),
            Examples = Examples(example),
        };

    /// <summary>True or false.</summary>
    public static OpenApiSchema Boolean(string description) => new()
    {
        Type = JsonSchemaType.Boolean,
        Description = description,
    };

    /// <summary>A list.</summary>
    public static OpenApiSchema List(string description, IOpenApiSchema item, int? max = null) => new()
    {
        Type = JsonSchemaType.Array,
        Description = description,
        Items = item,
        MaxItems = max,
    };

    /// <summary>An object that has all of its fields but the optional ones.</summary>
    public static OpenApiSchema Object(
        string description,
        IEnumerable<(string Name, IOpenApiSchema Schema)> required,
        IEnumerable<(string Name, IOpenApiSchema Schema)>? optional = null)
    {
        var fields = required.ToList();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = description,
            Required = fields.Select(field => field.Name).ToHashSet(),
            Properties = fields.Concat(optional ?? []).ToDictionary(field => field.Name, field => field.Schema),
        };
    }
}
