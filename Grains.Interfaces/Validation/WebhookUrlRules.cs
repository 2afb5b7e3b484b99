using System.Globalization;
using System.Text;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What the address of a route may look like. Whether it may be reached from here, the nodes say.</summary>
public static class WebhookUrlRules
{
    private const string Field = "webhook_url";
    private const int PortMax = 65_535;

    private static readonly string Limit =
        string.Create(CultureInfo.InvariantCulture, $"{Limits.WebhookUrlBytesMax} bytes");

    /// <summary>Checks an address.</summary>
    /// <param name="url">As the client wrote it.</param>
    /// <param name="target">What to send to: its host has plain letters and dots only.</param>
    /// <returns>The refusal, which shows no part of the address; null if the address is fine.</returns>
    public static ErrorReply? Check(string? url, out Uri? target)
    {
        target = null;
        if (string.IsNullOrEmpty(url))
        {
            return Refuse("is required");
        }

        if (Encoding.UTF8.GetByteCount(url) > Limits.WebhookUrlBytesMax)
        {
            return InvalidField.Because(Field, $"must be at most {Limit} long", Limit);
        }

        if (!NameRules.IsWellFormed(url))
        {
            return Refuse("must be valid Unicode, without half a surrogate pair");
        }

        if (url.Any(character => character <= ' ' || character == '\\' || char.IsControl(character)))
        {
            return Refuse("must not hold white space, control characters or backslashes");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps))
        {
            return Refuse("must be an absolute http or https address");
        }

        return parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0
            ? Refuse("must have no user, password or fragment")
            : CheckHost(parsed, out target);
    }

    private static ErrorReply? CheckHost(Uri parsed, out Uri? target)
    {
        target = null;
        if (HasOtherNumbers(parsed.Host))
        {
            return Refuse("must name its host with plain digits");
        }

        try
        {
            // Dots of other scripts become plain ones only here.
            var host = parsed.IdnHost;
            var kind = Uri.CheckHostName(host.TrimEnd('.'));
            if (kind is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)
                || !Ascii.IsValid(host) || parsed.Port is < 1 or > PortMax)
            {
                return Refuse("must name a host and a port from 1 to 65535");
            }

            target = new UriBuilder(parsed) { Host = host }.Uri;
            return null;
        }
        catch (UriFormatException)
        {
            return Refuse("must name a host that can be written in plain letters");
        }
    }

    /// <summary>Digits of other scripts, full width or circled, may become an address when the name is resolved.
    /// </summary>
    private static bool HasOtherNumbers(string host)
    {
        foreach (var character in host)
        {
            var isFullWidth = character is >= '\uff00' and <= '\uffef';
            if (isFullWidth || (char.IsNumber(character) && !char.IsAsciiDigit(character)))
            {
                return true;
            }
        }

        return false;
    }

    private static ErrorReply Refuse(string reason) => InvalidField.Because(Field, reason);
}
