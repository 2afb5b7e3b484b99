using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TimeMachine.Silo.Configuration;

/// <summary>Makes a key for the REST interface.</summary>
internal static class NewKey
{
    /// <summary>How the command is called.</summary>
    public const string Usage = "new-key                 makes a key of the REST interface, and the setting for it";

    private const int KeyBytes = 32;

    /// <summary>Runs the command.</summary>
    /// <returns>The exit status; null if it is another command.</returns>
    public static int? Run(IReadOnlyList<string> args, TextWriter output)
    {
        if (args is not ["new-key"])
        {
            return null;
        }

        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        output.WriteLine($"key: {key}");
        output.WriteLine("It is shown this once. For TimeMachine:Api:Keys, with name and scopes as wanted:");
        output.WriteLine(
            $$"""{ "Name": "new", "Sha256": "{{HashOf(key)}}", "Scopes": ["read:*", "write:*", "admin:*"] }""");
        return 0;
    }

    /// <summary>The SHA-256 of a key's UTF-8 bytes, in hexadecimal digits.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
