namespace TimeMachine.Api.Access;

/// <summary>One thing that a key allows.</summary>
/// <param name="Scope">What may be done.</param>
/// <param name="Database">The database; <c>*</c> for all of them and for the cluster.</param>
internal readonly record struct KeyScope(ApiScope Scope, string Database)
{
    public const string EveryDatabase = "*";

    /// <summary>Whether it allows something.</summary>
    /// <param name="scope">What is to be done.</param>
    /// <param name="database">The database that it is about; null if it is about the cluster.</param>
    public bool Allows(ApiScope scope, string? database) =>
        Scope == scope && (Database == EveryDatabase || Database == database);

    /// <summary>Reads it as settings have it: <c>write:shop</c>.</summary>
    public static bool TryParse(string? text, out KeyScope parsed)
    {
        parsed = default;
        if (text?.Split(':', 2) is not [var word, { Length: > 0 } database])
        {
            return false;
        }

        var scope = word switch
        {
            "read" => ApiScope.Read,
            "write" => ApiScope.Write,
            "admin" => ApiScope.Admin,
            _ => ApiScope.None,
        };
        parsed = new KeyScope(scope, database);
        return scope != ApiScope.None;
    }
}
