namespace TimeMachine.Api;

/// <summary>One key of the REST interface.</summary>
public sealed class ApiKeyOptions
{
    private const int HashHexChars = 64;

    /// <summary>What it is called in logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key, in hexadecimal. The key itself is kept nowhere.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>The one database that it is for; <c>*</c> for all of them and for the cluster.</summary>
    public string Database { get; set; } = "";

    /// <summary>What it allows. None includes another.</summary>
    public IList<ApiScope> Scopes { get; } = [];

    /// <summary>Names the key, and nothing of it.</summary>
    public override string ToString() => $"key {Name}";

    internal string? FindProblem()
    {
        if (Name.Length == 0)
        {
            return "Name is empty.";
        }

        if (Sha256.Length != HashHexChars || !Sha256.All(char.IsAsciiHexDigit))
        {
            return "Sha256 must be 64 hexadecimal digits: the SHA-256 of the key.";
        }

        if (Database.Length == 0)
        {
            return "Database is empty; * stands for all.";
        }

        return Scopes.Count == 0 || Scopes.Any(scope => scope == ApiScope.None || !Enum.IsDefined(scope))
            ? "Scopes must be one or more of read, write, admin."
            : null;
    }
}
