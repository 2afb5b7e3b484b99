using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace TimeMachine.Api.Tls;

/// <summary>Looks at what the other side of one connection shows.</summary>
/// <param name="authority">The cluster's authority.</param>
internal sealed class PeerCheck(X509Certificate2 authority)
{
    /// <summary>Why the other side is not taken; null as long as nothing speaks against it.</summary>
    public string? Problem { get; private set; }

    /// <summary>Trusts the authority alone, and fetches nothing that a stranger's certificate points to.</summary>
    public static X509ChainPolicy PolicyOf(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }

    /// <summary>Whether a certificate is shown, of the authority, and valid now. Its name is not compared.</summary>
    public bool IsTaken(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            Problem = "the other side shows no certificate";
            return false;
        }

        using var own = new X509Chain { ChainPolicy = PolicyOf(authority) };
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        if (own.Build(certificate))
        {
            return true;
        }

        Problem = $"the other side's certificate is not of {TlsSettings.Section}:{nameof(TlsSettings.AuthorityFile)} "
            + $"or not valid now ({string.Join(", ", own.ChainStatus.Select(status => status.Status).Distinct())})";
        return false;
    }
}
