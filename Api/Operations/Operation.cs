using TimeMachine.Api.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>One thing that can be asked for: a method on a path.</summary>
internal sealed class Operation
{
    private readonly string[] _template;
    private readonly int _database;
    private readonly int _collection;
    private readonly int _id;

    /// <summary>States an operation.</summary>
    /// <param name="id">Its name in the OpenAPI document.</param>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">The path, with names in braces.</param>
    /// <param name="scope">What a key must allow.</param>
    /// <param name="run">What is done.</param>
    public Operation(string id, string method, string path, ApiScope scope, Func<ApiCall, Task<Answer>> run)
    {
        Id = id;
        Method = method;
        Path = path;
        Scope = scope;
        RunAsync = run;
        _template = path[1..].Split('/');
        _database = Array.IndexOf(_template, "{db}");
        _collection = Array.IndexOf(_template, "{collection}");
        _id = Array.IndexOf(_template, "{id}");
        NameCount = _template.Count(IsName);
    }

    public string Id { get; }

    public string Method { get; }

    public string Path { get; }

    public ApiScope Scope { get; }

    public Func<ApiCall, Task<Answer>> RunAsync { get; }

    /// <summary>Whether it may change something.</summary>
    public bool IsChange => Scope is ApiScope.Write or ApiScope.Admin;

    /// <summary>The names of the query's parameters.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>Whether it reads a body.</summary>
    public bool HasBody { get; init; }

    /// <summary>Whether the body may also be lines of JSON.</summary>
    public bool TakesLines { get; init; }

    /// <summary>Whether If-Match and If-None-Match are taken.</summary>
    public bool TakesVersion { get; init; }

    /// <summary>The most bytes of the body.</summary>
    public int BodyBytesMax { get; init; } = Limits.BodyBytesMax;

    /// <summary>How many segments are names of the caller's; of two paths that match, the fewer the better.</summary>
    public int NameCount { get; }

    /// <summary>Whether the segments of a path are of this operation.</summary>
    public bool Matches(IReadOnlyList<string> segments)
    {
        if (segments.Count != _template.Length)
        {
            return false;
        }

        for (var i = 0; i < _template.Length; i++)
        {
            if (!IsName(_template[i]) && _template[i] != segments[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The database that a path names; null if it names none.</summary>
    public string? Database(IReadOnlyList<string> segments) => NameIn(segments, _database);

    /// <summary>The collection that a path names; null if it names none.</summary>
    public string? Collection(IReadOnlyList<string> segments) => NameIn(segments, _collection);

    /// <summary>The job or route that a path names; null if it names none.</summary>
    public string? Name(IReadOnlyList<string> segments) => NameIn(segments, _id);

    private static string? NameIn(IReadOnlyList<string> segments, int index) => index < 0 ? null : segments[index];

    private static bool IsName(string part) => part.StartsWith('{');
}
