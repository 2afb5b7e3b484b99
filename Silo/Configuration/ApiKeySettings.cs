using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>A key of the REST interface. The key itself is nowhere but with its owner.</summary>
public sealed class ApiKeySettings
{
    /// <summary>What logs call it: 1 to 64 letters, digits and hyphens.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9-]{1,64}$")]
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of the key, 64 hexadecimal digits. The command new-key makes both.</summary>
    [Required]
    [RegularExpression("^[0-9A-Fa-f]{64}$")]
    [Secret]
    public string Sha256 { get; set; } = "";

    /// <summary>What it allows, each read:DB, write:DB or admin:DB with a database's name or * for all; at least one, at
    /// most 1,000.</summary>
    [MinLength(1)]
    [MaxLength(1_000)]
    public IList<string> Scopes { get; } = [];
}
