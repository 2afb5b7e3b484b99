using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using TimeMachine.Api.Http;
using TimeMachine.Api.Operations;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

/// <summary>Makes the OpenAPI document from the table that requests are matched against.</summary>
internal sealed class ApiDocument : ISwaggerProvider, IAsyncSwaggerProvider
{
    /// <summary>The name of the only document.</summary>
    public const string Name = "v1";

    private const string SecurityScheme = "key";
    private const string About =
        "A database for one-shot jobs: at its trigger time, a job's meta is POSTed to its route. "
        + "Names in paths are percent-encoded once; a slash inside a name is %2F. Times are milliseconds since 1970. "
        + "Refusals have the form of the schema Error, with a stable code; other paths answer E026, other methods "
        + "E027. Repeat a request whose outcome is not known with the same Idempotency-Key: it is done once at most.";

    private static readonly Dictionary<string, string> CodeNames = typeof(ErrorCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => (string)field.GetRawConstantValue()!, field => field.Name);

    /// <inheritdoc />
    public OpenApiDocument GetSwagger(string documentName, string? host = null, string? basePath = null) =>
        documentName == Name ? Make() : throw new UnknownSwaggerDocument(documentName, [Name]);

    /// <inheritdoc />
    public Task<OpenApiDocument> GetSwaggerAsync(string documentName, string? host = null, string? basePath = null) =>
        Task.FromResult(GetSwagger(documentName, host, basePath));

    private static OpenApiDocument Make()
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo { Title = "Time Machine DB", Version = Name, Description = About },
            Servers = [new OpenApiServer { Url = "/" }],
            Paths = [],
            Components = new OpenApiComponents(),
        };
        document.Components.Schemas = Schemas.All(document);
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [SecurityScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A key of TimeMachine:Api:Keys. Not needed where no keys are set.",
            },
        };
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = OperationDocuments.JobsTag, Description = "Create, read, change and cancel jobs." },
            new() { Name = OperationDocuments.RoutesTag, Description = "Say where jobs go." },
            new() { Name = OperationDocuments.ClusterTag, Description = "See and change the cluster." },
            new() { Name = OperationDocuments.HealthTag, Description = "For probes; no key is needed." },
        };
        document.SetReferenceHostDocument();
        foreach (var path in OperationTable.All.GroupBy(operation => operation.Path))
        {
            document.Paths.Add(path.Key, PathOf(path, document));
        }

        return document;
    }

    private static OpenApiPathItem PathOf(IEnumerable<Operation> operations, OpenApiDocument document)
    {
        var path = new OpenApiPathItem();
        foreach (var operation in operations)
        {
            path.AddOperation(HttpMethod.Parse(operation.Method), Describe(operation, document));
        }

        return path;
    }

    private static OpenApiOperation Describe(Operation operation, OpenApiDocument document)
    {
        var texts = OperationDocuments.All[operation.Id];
        return new OpenApiOperation
        {
            OperationId = operation.Id,
            Summary = texts.Summary,
            Description = texts.Description,
            Tags = new HashSet<OpenApiTagReference> { new(texts.Tag, document) },
            Parameters = [.. Parameters.Of(operation, texts)],
            RequestBody = operation.HasBody ? BodyOf(operation, texts, document) : null,
            Responses = ResponsesOf(operation, texts, document),
            Security = operation.Scope == ApiScope.None
                ? null
                : [new() { [new OpenApiSecuritySchemeReference(SecurityScheme, document)] = [] }],
        };
    }

    private static OpenApiRequestBody BodyOf(Operation operation, OperationDocument texts, OpenApiDocument document)
    {
        var limit = (operation.BodyBytesMax / 1_024).ToString(CultureInfo.InvariantCulture);
        var json = Content(texts.Request!, document);
        json.Example = JsonNode.Parse(texts.Example!);
        var content = new Dictionary<string, IOpenApiMediaType> { [MediaType.Json] = json };
        if (operation.TakesLines)
        {
            content[MediaType.Lines] = new OpenApiMediaType
            {
                Schema = Field.Text("A job a line, each with the fields of JobSpec."),
                Example = """
                    {"delay_ms":1000,"route":"hook","meta":1}
                    {"delay_ms":2000,"route":"hook","meta":2}

                    """,
            };
        }

        return new OpenApiRequestBody { Required = true, Description = $"At most {limit} KiB.", Content = content };
    }

    private static OpenApiResponses ResponsesOf(Operation operation, OperationDocument texts, OpenApiDocument document)
    {
        var responses = new OpenApiResponses();
        foreach (var (status, meaning) in texts.Successes)
        {
            responses.Add(Text(status), new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [MediaType.Json] = Content(texts.Response, document),
                },
                Headers = texts.HasETag ? Parameters.ETag : null,
            });
        }

        foreach (var codes in CodesOf(operation, texts).GroupBy(HttpStatus.Of).OrderBy(codes => codes.Key))
        {
            responses.Add(Text(codes.Key), new OpenApiResponse
            {
                Description = string.Join(", ", codes.Select(code => $"{code} {CodeNames[code]}")),
                Content = new Dictionary<string, IOpenApiMediaType> { [MediaType.Json] = Content("Error", document) },
                Headers = codes.Key is 429 or 503 ? Parameters.RetryAfter : null,
            });
        }

        return responses;
    }

    private static IEnumerable<string> CodesOf(Operation operation, OperationDocument texts)
    {
        string[] ofAll = operation.Scope switch
        {
            ApiScope.None => [ErrorCodes.Unavailable],
            ApiScope.Read => [ErrorCodes.Overloaded, ErrorCodes.Unavailable, ErrorCodes.VNodeDamaged],
            _ =>
            [
                ErrorCodes.Overloaded, ErrorCodes.OutcomeUnknown, ErrorCodes.Unavailable, ErrorCodes.VNodeDamaged,
            ],
        };
        string[] ofKeys = operation.Scope == ApiScope.None ? [] : [ErrorCodes.Unauthorized, ErrorCodes.Forbidden];
        string[] ofIdempotency = Parameters.TakesKey(operation, texts) ? [ErrorCodes.KeyReused] : [];
        string[] ofMedia = operation.HasBody ? [ErrorCodes.UnsupportedMediaType] : [];
        return
        [
            ErrorCodes.InvalidRequest, ErrorCodes.BodyTooLarge, .. ofKeys, .. ofIdempotency, .. ofMedia, .. ofAll,
            .. texts.Codes,
        ];
    }

    private static OpenApiMediaType Content(string schema, OpenApiDocument document) =>
        new() { Schema = Schemas.Reference(schema, document) };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
