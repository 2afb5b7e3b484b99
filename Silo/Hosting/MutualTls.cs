using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// Mutual TLS on the silo and gateway ports: each side shows a certificate of the cluster's own authority. Names are
/// not compared: whoever holds such a certificate belongs to the cluster.
/// </summary>
internal sealed class MutualTls
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(10);

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _authority;

    private MutualTls(X509Certificate2 certificate, X509Certificate2 authority)
    {
        _certificate = certificate;
        _authority = authority;
    }

    /// <summary>Wraps every connection of the silo.</summary>
    /// <exception cref="BadSettingsException">A file is no certificate or no key, or they do not belong together.
    /// </exception>
    public static void Add(IServiceCollection services, TlsSettings settings)
    {
        var tls = Load(settings);
        services.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloOutboundConnection(
                pipe => pipe.Use(next => link => tls.AsClientAsync(link, next)));
            connections.ConfigureSiloInboundConnection(
                pipe => pipe.Use(next => link => tls.AsServerAsync(link, next)));
            connections.ConfigureGatewayInboundConnection(
                pipe => pipe.Use(next => link => tls.AsServerAsync(link, next)));
        });
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="BadSettingsException">A file is no certificate or no key, or they do not belong together.
    /// </exception>
    public static MutualTls Load(TlsSettings settings)
    {
        try
        {
            return new MutualTls(
                X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile),
                X509CertificateLoader.LoadCertificateFromFile(settings.AuthorityFile));
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            throw new BadSettingsException($"{TlsSettings.Section}: the files cannot be used: {error.Message}");
        }
    }

    /// <summary>The side that was called.</summary>
    public Task AsServerAsync(ConnectionContext link, ConnectionDelegate next) =>
        WrapAsync(link, next, (stream, cancellation) => stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                EnabledSslProtocols = Protocols,
                RemoteCertificateValidationCallback = IsOfAuthority,
            },
            cancellation));

    /// <summary>The side that calls.</summary>
    public Task AsClientAsync(ConnectionContext link, ConnectionDelegate next) =>
        WrapAsync(link, next, (stream, cancellation) => stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "silo",
                ClientCertificates = [_certificate],
                EnabledSslProtocols = Protocols,
                RemoteCertificateValidationCallback = IsOfAuthority,
            },
            cancellation));

    private static async Task WrapAsync(
        ConnectionContext link, ConnectionDelegate next, Func<SslStream, CancellationToken, Task> shakeHandsAsync)
    {
        var plain = link.Transport;
        await using var secure = new SslStream(new DuplexPipeStream(plain), leaveInnerStreamOpen: true);
        using (var limit = new CancellationTokenSource(HandshakeMax))
        {
            try
            {
                await shakeHandsAsync(secure, limit.Token);
            }
            catch (Exception error) when (error is AuthenticationException or IOException
                or OperationCanceledException)
            {
                link.Abort(new ConnectionAbortedException("The TLS handshake failed.", error));
                return;
            }
        }

        var pipes = new StreamPipes(
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

    private bool IsOfAuthority(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(_authority);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return own.Build(certificate);
    }

    private sealed record StreamPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
