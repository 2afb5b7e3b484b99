using System.Net;
using Microsoft.AspNetCore.Http;

namespace TimeMachine.Api;

/// <summary>Settings of the REST interface.</summary>
public sealed class ApiOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Api";

    /// <summary>Whether a node serves the REST interface. Default: yes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether requests without a key may do everything, from wherever they come. Default: no.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>The keys that are known. With none, requests need no key, and only this machine may be listened to.
    /// </summary>
    public IList<ApiKeyOptions> Keys { get; } = [];

    /// <summary>Says what keeps the interface from starting, with the name of the setting to change.</summary>
    /// <param name="addresses">Where it is to listen: <c>http://127.0.0.1:8001</c>.</param>
    /// <returns>Null if nothing does. No key and no hash of one is in the text.</returns>
    public string? FindProblem(IEnumerable<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].FindProblem() is { } problem)
            {
                return $"{Section}:Keys:{i}:{problem}";
            }
        }

        if (Keys.Count > 0 || AllowAnonymous)
        {
            return null;
        }

        var open = addresses.FirstOrDefault(address => !IsLoopback(address));
        return open is null
            ? null
            : $"{Section}:Keys is empty, and {open} may be reached from other machines. "
                + $"Add a key, listen to 127.0.0.1 only, or set {Section}:AllowAnonymous to true.";
    }

    private static bool IsLoopback(string address)
    {
        var binding = BindingAddress.Parse(address);
        return binding.IsUnixPipe
            || binding.IsNamedPipe
            || string.Equals(binding.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(binding.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
