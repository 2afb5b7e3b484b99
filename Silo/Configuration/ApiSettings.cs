using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>The REST interface of a node.</summary>
public sealed class ApiSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Api";

    /// <summary>Whether the node has one. Health and metrics are there in any case.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether anyone who reaches the port may do everything, off loopback too. Without keys, loopback is open
    /// in any case.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>The keys that requests may carry, at most 1,000.</summary>
    [MaxLength(1_000)]
    public IList<ApiKeySettings> Keys { get; } = [];
}
