using System.Net;

namespace TimeMachine.Grains.Delivery;

/// <summary>
/// Tells addresses that no webhook may reach: private, link-local and metadata networks, and what only looks public.
/// </summary>
public static class AddressGuard
{
    private static readonly IPNetwork[] Forbidden = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(IPNetwork.Parse)];

    /// <summary>Whether an address is forbidden.</summary>
    /// <param name="address">The address.</param>
    /// <param name="allowsLoopback">Whether this machine itself may be reached: for development.</param>
    public static bool IsForbidden(IPAddress address, bool allowsLoopback)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain))
        {
            return !allowsLoopback;
        }

        return Array.Exists(Forbidden, network => network.Contains(plain));
    }
}
