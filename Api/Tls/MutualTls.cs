using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace TimeMachine.Api.Tls;

/// <summary>
/// Mutual TLS on the silo and gateway ports: each side shows a certificate of the cluster's own authority. Names are
/// not compared: whoever holds such a certificate belongs to the cluster.
/// </summary>
public sealed class MutualTls
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private const string Hint =
        $"A node does so that stops, or that does not take the certificate of {TlsSettings.Section}:"
        + $"{nameof(TlsSettings.CertificateFile)}: then its own log says why.";

    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(10);

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _authority;

    private MutualTls(X509Certificate2 certificate, X509Certificate2 authority)
    {
        _certificate = certificate;
        _authority = authority;
    }

    /// <summary>Reads the files.</summary>
    /// <param name="settings">All three files are named, and are there.</param>
    /// <exception cref="InvalidDataException">A file is no certificate or no key, or they do not belong together; the
    /// message names the setting.</exception>
    public static MutualTls Load(TlsSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var certificate = Read(
            $"{nameof(TlsSettings.CertificateFile)} or {nameof(TlsSettings.KeyFile)}",
            () => X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile));
        var authority = Read(
            nameof(TlsSettings.AuthorityFile),
            () => X509CertificateLoader.LoadCertificateFromFile(settings.AuthorityFile));
        return new MutualTls(certificate, authority);
    }

    /// <summary>The side that was called.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="next">What speaks on it, if the other side is let in.</param>
    /// <param name="refused">Told if it is not. A caller that leaves without a byte, as a probe does, is none.</param>
    public Task AsServerAsync(ConnectionContext link, ConnectionDelegate next, RefusedLinks refused)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(refused);
        var peer = new PeerCheck(_authority);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = PeerCheck.PolicyOf(_authority),
            RemoteCertificateValidationCallback = peer.IsTaken,
        };
        return WrapAsync(
            link,
            next,
            (stream, cancellation) => stream.AuthenticateAsServerAsync(options, cancellation),
            (bytes, error) =>
            {
                if (bytes.HasRead)
                {
                    refused.TellHandshake(link, peer.Problem ?? ReasonOf(error));
                }
            });
    }

    /// <summary>The side that calls.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="next">What speaks on it, if each side takes the other's certificate.</param>
    /// <param name="refused">Told if not, as far as this side can know.</param>
    public Task AsClientAsync(ConnectionContext link, ConnectionDelegate next, RefusedLinks refused)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(refused);
        var peer = new PeerCheck(_authority);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "silo",
            ClientCertificates = [_certificate],
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = PeerCheck.PolicyOf(_authority),
            RemoteCertificateValidationCallback = peer.IsTaken,
        };
        return WrapAsync(
            link,
            secure => FirstWord.WatchAsync(secure, next, () => refused.TellSilence(secure, Hint)),
            (stream, cancellation) => stream.AuthenticateAsClientAsync(options, cancellation),
            (_, error) => refused.TellHandshake(link, peer.Problem ?? ReasonOf(error)));
    }

    private static async Task WrapAsync(
        ConnectionContext link,
        ConnectionDelegate next,
        Func<SslStream, CancellationToken, Task> shakeHandsAsync,
        Action<DuplexPipeStream, Exception> onFailed)
    {
        var plain = link.Transport;
        var bytes = new DuplexPipeStream(plain);
        await using var secure = new SslStream(bytes, leaveInnerStreamOpen: true);
        using (var limit = new CancellationTokenSource(HandshakeMax))
        {
            try
            {
                await shakeHandsAsync(secure, limit.Token);
            }
            catch (Exception error) when (error is AuthenticationException or IOException
                or OperationCanceledException)
            {
                onFailed(bytes, error);
                link.Abort(new ConnectionAbortedException("The TLS handshake failed.", error));
                return;
            }
        }

        var pipes = new Pipes(
            PipeReader.Create(secure, new StreamPipeReaderOptions(leaveOpen: true)),
            PipeWriter.Create(secure, new StreamPipeWriterOptions(leaveOpen: true)));
        try
        {
            link.Transport = pipes;
            await next(link);
            await pipes.Input.CompleteAsync();
            await pipes.Output.CompleteAsync();
        }
        finally
        {
            link.Transport = plain;
        }
    }

    private static T Read<T>(string keys, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            throw new InvalidDataException($"{TlsSettings.Section}:{keys} cannot be used: {error.Message}", error);
        }
    }

    private static string ReasonOf(Exception error) => error is OperationCanceledException
        ? $"no end of it within {HandshakeMax.TotalSeconds:0} s"
        : error.GetBaseException().Message;
}
