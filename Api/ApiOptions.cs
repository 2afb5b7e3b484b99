using System.Net;
using Microsoft.AspNetCore.Http;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api;

/// <summary>Settings of the REST interface.</summary>
public sealed class ApiOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Api";

    private const int BytesPerMib = 1024 * 1024;
    private const int BodiesMibMin = 2 * Limits.BatchBytesMax / BytesPerMib;
    private const int BodiesMibMost = 65_536;

    /// <summary>Whether a node serves the REST interface. Default: yes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether requests without a key may do everything, from wherever they come. Default: no.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>The keys that are known. With none, requests need no key, only this machine may be listened to, and
    /// only programs of it are served.</summary>
    public IList<ApiKeyOptions> Keys { get; } = [];

    /// <summary>The memory for the bodies of requests under way, in MiB: 64 to 65,536. Default 256. Requests beyond it
    /// are refused with <see cref="ErrorCodes.Overloaded"/>.</summary>
    public int BodiesMibMax { get; set; } = 256;

    internal long BodiesBytesMax => (long)BodiesMibMax * BytesPerMib;

    /// <summary>Says what keeps the interface from starting, with the name of the setting to change.</summary>
    /// <param name="addresses">Where it is to listen: <c>http://127.0.0.1:8001</c>.</param>
    /// <returns>Null if nothing does. No key and no hash of one is in the text.</returns>
    public string? FindProblem(IEnumerable<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return FindOwnProblem() ?? (Keys.Count > 0 || AllowAnonymous ? null : FindOpenAddress(addresses));
    }

    internal string? FindOwnProblem()
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].FindProblem() is { } problem)
            {
                return $"{Section}:Keys:{i}:{problem}";
            }
        }

        return BodiesMibMax is < BodiesMibMin or > BodiesMibMost
            ? $"{Section}:{nameof(BodiesMibMax)} must be from {BodiesMibMin} to {BodiesMibMost}."
            : null;
    }

    private static string? FindOpenAddress(IEnumerable<string> addresses)
    {
        var open = addresses.FirstOrDefault(address => !IsLoopback(address));
        return open is null
            ? null
            : $"{Section}:{nameof(Keys)} is empty, and {open} may be reached from other machines. "
                + $"Add a key, listen to 127.0.0.1 only, or set {Section}:{nameof(AllowAnonymous)} to true.";
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
