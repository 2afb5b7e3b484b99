using System.Net;

namespace TimeMachine.Grains.Delivery;

/// <summary>Checks a route's webhook_url, before anything is resolved.</summary>
public static class WebhookTarget
{
    /// <summary>The longest address, in characters.</summary>
    public const int LengthMax = 2_048;

    /// <summary>Checks an address.</summary>
    /// <param name="url">As the client wrote it.</param>
    /// <param name="allowsLoopback">Whether this machine itself may be reached: for development.</param>
    /// <param name="target">The address to send to.</param>
    /// <returns>What is wrong with it; null if nothing is. A name that resolves to a forbidden address is found when it
    /// is connected to.</returns>
    public static string? Check(string? url, bool allowsLoopback, out Uri? target)
    {
        target = null;
        if (string.IsNullOrEmpty(url) || url.Length > LengthMax)
        {
            return $"webhook_url must be an absolute http or https address of 1 to {LengthMax} characters.";
        }

        foreach (var character in url)
        {
            if (character <= ' ' || character == '\\' || character == '\u007f')
            {
                return "webhook_url must not hold white space, control characters or backslashes.";
            }
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps))
        {
            return "webhook_url must be an absolute http or https address.";
        }

        if (parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0)
        {
            return "webhook_url must have no user, password or fragment.";
        }

        if (HasOtherNumbers(parsed.Host))
        {
            return "webhook_url must name its host with plain digits.";
        }

        // Dots of other scripts become plain ones only here.
        var host = parsed.IdnHost.TrimEnd('.');
        if (host.Length == 0 || parsed.Port is < 1 or > 65_535)
        {
            return "webhook_url must name a host and a port from 1 to 65535.";
        }

        if (IPAddress.TryParse(host, out var address) && AddressGuard.IsForbidden(address, allowsLoopback))
        {
            return "webhook_url names an address that is not allowed.";
        }

        target = new UriBuilder(parsed) { Host = parsed.IdnHost }.Uri;
        return null;
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
}
