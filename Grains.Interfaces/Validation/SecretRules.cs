namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a signing secret is: <c>whsec_</c> and base64, as Standard Webhooks writes it.</summary>
public static class SecretRules
{
    /// <summary>What a secret begins with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Decodes a secret.</summary>
    /// <returns>Its bytes; null if the text is no secret.</returns>
    public static byte[]? Decode(string? secret)
    {
        if (secret is null || !secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Any(char.IsWhiteSpace))
        {
            return null;
        }

        var bytes = new byte[Limits.SecretBytesMax];
        return Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length)
            && length >= Limits.SecretBytesMin ? bytes[..length] : null;
    }
}
