using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TimeMachine.Grains.Delivery;

/// <summary>Signs as Standard Webhooks 1.0.0 says: HMAC-SHA256 over <c>id.timestamp.body</c>, a signature for each live
/// secret.</summary>
public static class WebhookSignature
{
    private const string Version = "v1,";

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <param name="secrets">The route's live secrets: one, or two while they change.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="seconds">The value of <c>webhook-timestamp</c>, in seconds since 1970.</param>
    /// <param name="body">The exact bytes that are sent.</param>
    public static string Of(
        IReadOnlyList<ReadOnlyMemory<byte>> secrets, string id, long seconds, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}."));
        var signatures = new string[secrets.Count];
        for (var i = 0; i < secrets.Count; i++)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets[i].Span);
            hmac.AppendData(head);
            hmac.AppendData(body);
            signatures[i] = Version + Convert.ToBase64String(hmac.GetHashAndReset());
        }

        return string.Join(' ', signatures);
    }
}
