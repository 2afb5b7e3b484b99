using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace TimeMachine.Api.Access;

/// <summary>What a request's key is good for.</summary>
internal enum AccessOutcome
{
    /// <summary>For this request.</summary>
    Granted = 0,

    /// <summary>It is not there, or not known.</summary>
    Unauthorized = 1,

    /// <summary>It is known, and not for this request.</summary>
    Forbidden = 2,
}

/// <summary>The keys that are known, by their hashes.</summary>
internal sealed class KeyRing
{
    private const string Scheme = "Bearer ";
    private const string EveryDatabase = "*";
    private readonly Entry[] _entries;
    private readonly bool _isAnonymousAllowed;

    public KeyRing(ApiOptions options)
    {
        _entries = [.. options.Keys.Select(key => new Entry(key))];
        _isAnonymousAllowed = options.AllowAnonymous || _entries.Length == 0;
    }

    /// <summary>Judges a request.</summary>
    /// <param name="authorization">The header.</param>
    /// <param name="scope">What the request needs.</param>
    /// <param name="database">The database that it is about; null if it is about the cluster.</param>
    public AccessOutcome Judge(StringValues authorization, ApiScope scope, string? database)
    {
        if (scope == ApiScope.None || (_isAnonymousAllowed && authorization.Count == 0) || _entries.Length == 0)
        {
            return AccessOutcome.Granted;
        }

        if (authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return AccessOutcome.Unauthorized;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), hash);
        var outcome = AccessOutcome.Unauthorized;
        // Every entry is compared, whatever the first ones say: the time tells nothing.
        foreach (var entry in _entries)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash) && outcome != AccessOutcome.Granted)
            {
                outcome = entry.Allows(scope, database) ? AccessOutcome.Granted : AccessOutcome.Forbidden;
            }
        }

        return outcome;
    }

    private sealed class Entry(ApiKeyOptions options)
    {
        private readonly string _database = options.Database;
        private readonly ApiScope[] _scopes = [.. options.Scopes];

        public byte[] Hash { get; } = Convert.FromHexString(options.Sha256);

        public bool Allows(ApiScope scope, string? database) =>
            _scopes.Contains(scope) && (_database == EveryDatabase || _database == database);
    }
}
