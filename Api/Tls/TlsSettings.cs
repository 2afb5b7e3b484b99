namespace TimeMachine.Api.Tls;

/// <summary>Mutual TLS between nodes, and between Orleans clients and nodes. All three files or none.</summary>
public sealed class TlsSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Tls";

    /// <summary>The file of the own certificate, PEM.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The file of its private key, PEM, without a password.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The file of the authority's certificate, PEM. Whoever has a certificate of it is let in.</summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>Whether connections may leave loopback without TLS: whoever reaches a node's ports can do everything.
    /// For networks that let in nobody else.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>Whether TLS is switched on: a file is named.</summary>
    public bool HasFiles() => CertificateFile.Length > 0 || KeyFile.Length > 0 || AuthorityFile.Length > 0;

    /// <summary>Says what keeps the process from starting, with the name of the setting to change. The files are not
    /// read yet.</summary>
    /// <returns>A sentence for each setting; none if all is well.</returns>
    public IEnumerable<string> FindProblems() =>
        from file in new[]
        {
            (Key: nameof(CertificateFile), Path: CertificateFile),
            (Key: nameof(KeyFile), Path: KeyFile),
            (Key: nameof(AuthorityFile), Path: AuthorityFile),
        }
        where HasFiles() && !File.Exists(file.Path)
        select $"{Section}:{file.Key} '{file.Path}' is no file. Allowed: all three files, or none.";
}
