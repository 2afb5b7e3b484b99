using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>Settings that all nodes of a cluster have in common.</summary>
public sealed class ClusterSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Cluster";

    /// <summary>The cluster's name, 1 to 64 letters, digits and hyphens. Two clusters in one SQL database need two.
    /// </summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9-]{1,64}$")]
    public string Id { get; set; } = "time-machine";
}
