using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>What a node prints.</summary>
public sealed class ConsoleSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Console";

    /// <summary>The form of a line: text or json.</summary>
    [AllowedValues("text", "json")]
    public string Format { get; set; } = "text";

    /// <summary>The least level of our own lines: trace, debug, information, warning or error.</summary>
    [AllowedValues("trace", "debug", "information", "warning", "error")]
    public string Level { get; set; } = "information";

    /// <summary>The least level of the lines of Orleans and ASP.NET.</summary>
    [AllowedValues("trace", "debug", "information", "warning", "error")]
    public string LibraryLevel { get; set; } = "warning";
}
