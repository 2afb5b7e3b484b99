using System.Net;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Grains.Delivery;

/// <summary>Checks a route's webhook_url, before anything is resolved.</summary>
public static class WebhookTarget
{
    /// <summary>Checks an address.</summary>
    /// <param name="url">As the client wrote it.</param>
    /// <param name="allowsLoopback">Whether this machine itself may be reached: for development.</param>
    /// <param name="target">The address to send to; null if it is refused.</param>
    /// <returns>The refusal; null if the address is fine. A name that resolves to a forbidden address is found when it
    /// is connected to.</returns>
    public static ErrorReply? Check(string? url, bool allowsLoopback, out Uri? target)
    {
        if (WebhookUrlRules.Check(url, out target) is { } refusal)
        {
            return refusal;
        }

        var host = target!.IdnHost.TrimEnd('.');
        if (!IPAddress.TryParse(host, out var address) || !AddressGuard.IsForbidden(address, allowsLoopback))
        {
            return null;
        }

        target = null;
        return InvalidField.Because("webhook_url", "must not name an address that is not allowed");
    }
}
