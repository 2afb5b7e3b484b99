using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TimeMachine.Api.Access;

/// <summary>The keys that are known, by their hashes.</summary>
internal sealed class KeyRing
{
    private const string Scheme = "Bearer ";
    private readonly Entry[] _entries;
    private readonly bool _isAnonymousAllowed;

    public KeyRing(ApiOptions options)
    {
        _entries = [.. options.Keys.Select(key => new Entry(key))];
        _isAnonymousAllowed = options.AllowAnonymous;
    }

    /// <summary>Judges a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="scope">What it needs.</param>
    /// <param name="database">The database that it is about; null if it is about the cluster.</param>
    public AccessOutcome Judge(HttpContext http, ApiScope scope, string? database)
    {
        var authorization = http.Request.Headers.Authorization;
        if (scope == ApiScope.None || (_isAnonymousAllowed && (authorization.Count == 0 || _entries.Length == 0)))
        {
            return AccessOutcome.Granted;
        }

        return _entries.Length > 0 ? JudgeKey(authorization, scope, database)
            : LocalCaller.Is(http) ? AccessOutcome.Granted
            : AccessOutcome.NotLocal;
    }

    private AccessOutcome JudgeKey(StringValues authorization, ApiScope scope, string? database)
    {
        if (authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return AccessOutcome.Unauthorized;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), hash);
        var (isKnown, isAllowed) = (false, false);
        // Every entry is compared, whatever the first ones say: the time tells nothing.
        foreach (var entry in _entries)
        {
            var isIt = CryptographicOperations.FixedTimeEquals(hash, entry.Hash);
            isKnown |= isIt;
            isAllowed |= isIt & entry.Allows(scope, database);
        }

        return isAllowed ? AccessOutcome.Granted : isKnown ? AccessOutcome.Forbidden : AccessOutcome.Unauthorized;
    }

    private sealed class Entry
    {
        private readonly KeyScope[] _scopes;

        public Entry(ApiKeyOptions options)
        {
            Hash = Convert.FromHexString(options.Sha256);
            _scopes = [.. options.Scopes.Select(Parse)];
        }

        public byte[] Hash { get; }

        public bool Allows(ApiScope scope, string? database) =>
            Array.Exists(_scopes, allowed => allowed.Allows(scope, database));

        private static KeyScope Parse(string text) => KeyScope.TryParse(text, out var scope)
            ? scope
            : throw new ArgumentException("A scope that is none.", nameof(text));
    }
}
