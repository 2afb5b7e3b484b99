using Microsoft.Extensions.Configuration;

namespace TimeMachine.Api.Hosting;

/// <summary>Where a web application is to listen, as far as its configuration says it.</summary>
internal static class ListenAddresses
{
    private static readonly char[] Between = [';', ' '];

    /// <summary>Reads all settings that Kestrel listens by.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <param name="otherwise">Where it listens if none of them is there.</param>
    public static IReadOnlyList<string> Of(IConfiguration configuration, string otherwise)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string[] addresses =
        [
            .. Split(configuration["urls"]),
            .. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"),
            .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}"),
            .. configuration.GetSection("Kestrel:Endpoints").GetChildren()
                .Select(endpoint => endpoint["Url"]).OfType<string>(),
        ];
        return addresses.Length == 0 ? [otherwise] : addresses;
    }

    private static string[] Split(string? setting) =>
        setting?.Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
