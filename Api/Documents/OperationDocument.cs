namespace TimeMachine.Api.Documents;

/// <summary>What the OpenAPI document says about an operation, beside what its table says.</summary>
/// <param name="Tag">The group that it is shown in.</param>
/// <param name="Summary">One line.</param>
/// <param name="Description">What else a caller must know.</param>
internal sealed record OperationDocument(string Tag, string Summary, string Description)
{
    /// <summary>The schema of the body; null if there is none.</summary>
    public string? Request { get; init; }

    /// <summary>An example of the body, in JSON.</summary>
    public string? Example { get; init; }

    /// <summary>The schema of the answer.</summary>
    public required string Response { get; init; }

    /// <summary>The statuses of success, with what they mean.</summary>
    public IReadOnlyDictionary<int, string> Successes { get; init; } =
        new Dictionary<int, string> { [200] = "Done." };

    /// <summary>The codes of refusals, beside those that any operation has.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>Whether the answer has an ETag.</summary>
    public bool HasETag { get; init; }
}
