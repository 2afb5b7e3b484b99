using System.Security.Cryptography;
using System.Text;

namespace TimeMachine.Api.Tests.Access;

/// <summary>Keys for tests.</summary>
internal static class Keys
{
    public const string Reader = "reader-0123456789";
    public const string Writer = "writer-0123456789";
    public const string Admin = "admin-0123456789";
    public const string Two = "two-0123456789";
    public const string All = "all-0123456789";

    public static ApiOptions Options(bool allowsAnonymous = false)
    {
        var options = new ApiOptions { AllowAnonymous = allowsAnonymous };
        Add(options, Reader, "read:shop");
        Add(options, Writer, "write:shop");
        Add(options, Admin, "admin:shop");
        Add(options, Two, "read:shop", "write:other:with:colons");
        Add(options, All, "read:*", "write:*", "admin:*");
        return options;
    }

    public static (string Name, string Value) Header(string key) => ("Authorization", "Bearer " + key);

    public static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static void Add(ApiOptions options, string key, params string[] scopes)
    {
        var added = new ApiKeyOptions { Name = key[..3], Sha256 = HashOf(key) };
        foreach (var scope in scopes)
        {
            added.Scopes.Add(scope);
        }

        options.Keys.Add(added);
    }
}
