namespace TimeMachine.Silo.Configuration;

/// <summary>Mutual TLS between nodes, and between Orleans clients and nodes. All three files or none.</summary>
public sealed class TlsSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Tls";

    /// <summary>The file of the node's certificate, PEM.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The file of its private key, PEM, without a password.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The file of the authority's certificate, PEM. Whoever has a certificate of it is let in.</summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>Whether the silo and gateway ports may be off loopback without TLS: whoever reaches them can do
    /// everything. For networks that let in nobody else.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>Whether it is switched on.</summary>
    internal bool IsOn => CertificateFile.Length > 0 || KeyFile.Length > 0 || AuthorityFile.Length > 0;
}
