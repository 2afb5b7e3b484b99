using TimeMachine.Api.Access;

namespace TimeMachine.Api;

/// <summary>One key of the REST interface.</summary>
public sealed class ApiKeyOptions
{
    private const int HashHexChars = 64;

    /// <summary>What it is called in logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key's UTF-8 bytes, in hexadecimal. The key itself is kept nowhere.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What it allows: each read:DB, write:DB or admin:DB, with a database's name, or * for all of them and
    /// for the cluster. None includes another.</summary>
    public IList<string> Scopes { get; } = [];

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

        return Scopes.Count == 0 || Scopes.Any(scope => !KeyScope.TryParse(scope, out _))
            ? "Scopes must be one or more of read:DB, write:DB and admin:DB, with a database's name or *."
            : null;
    }
}
