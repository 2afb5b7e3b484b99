using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TimeMachine.Api.Tls;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>An authority for certificates of a cluster, in files.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-tls-").FullName;
    private readonly X509Certificate2 _authority;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(Begin, End);
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string AuthorityFile => Path.Combine(_directory, "authority.pem");

    /// <summary>The files of a node that it certifies.</summary>
    public TlsSettings Certify(string node, byte serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(_authority, Begin, End, [serial]);
        var settings = new TlsSettings
        {
            CertificateFile = Path.Combine(_directory, $"{node}.pem"),
            KeyFile = Path.Combine(_directory, $"{node}.key"),
            AuthorityFile = AuthorityFile,
        };
        File.WriteAllText(settings.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(settings.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return settings;
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
