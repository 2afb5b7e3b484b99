using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Hosting;

namespace TimeMachine.Grains.Delivery;

/// <summary>Writes each attempt as one POST to one socket, once, and tells what became of it.</summary>
public sealed class WebhookSender : IAttemptSender, IDisposable
{
    private const int RetryAfterMsMax = 86_400_000;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly RouteSlots _slots;
    private readonly HttpMessageInvoker _http;

    /// <summary>Makes a sender without connections.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clocks.</param>
    public WebhookSender(WebhookOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _slots) = (options, time, new RouteSlots(options.ConnectionsPerRouteMax));
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromMilliseconds(options.ConnectTimeoutMs),
            MaxResponseDrainSize = options.ResponseBytesMax,
            ResponseDrainTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = static (context, _) => new(new AttemptStream(context.PlaintextStream)),
        });
    }

    /// <inheritdoc/>
    public void Send(in SendRequest attempt, Action<AttemptResult> ended)
    {
        var copy = attempt;
        _ = Task.Run(() => SendAsync(copy, ended));
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task SendAsync(SendRequest attempt, Action<AttemptResult> ended)
    {
        var begun = _time.GetTimestamp();
        var writes = AttemptStream.Begin();
        using var span = NodeTracing.Begin(attempt);
        AttemptResult result;
        var hasSlot = false;
        try
        {
            using var timeout = new CancellationTokenSource(
                TimeSpan.FromMilliseconds(attempt.Route.TimeoutMs), _time);
            using var slot = await _slots.TakeAsync(attempt.Route.Key, timeout.Token).ConfigureAwait(false);
            timeout.Token.ThrowIfCancellationRequested();
            hasSlot = true;
            using var request = RequestOf(attempt, NodeTracing.HeaderOf(span, attempt.Trace));
            using var response = await _http.SendAsync(request, timeout.Token).ConfigureAwait(false);
            result = AttemptResult.Answer(
                (ushort)response.StatusCode, DurationMs(begun), RetryAfterMs(response.Headers.RetryAfter));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Where nothing was written an at-most-once job can be tried again.
            result = hasSlot
                ? ResultOf(error, writes.HasBegun, DurationMs(begun))
                : new AttemptResult(AttemptEnd.TimedOut, 0, DurationMs(begun), 0, WroteNothing: true);
        }

        NodeTracing.End(span, result);
        ended(result);
    }

    private int DurationMs(long begun) => (int)Math.Min(int.MaxValue, _time.GetElapsedTime(begun).TotalMilliseconds);

    private HttpRequestMessage RequestOf(in SendRequest attempt, string trace)
    {
        var refusal = WebhookTarget.Check(attempt.Route.WebhookUrl, _options.AllowLoopback, out var target);
        if (refusal is not null)
        {
            throw new ForbiddenTargetException(refusal.Message);
        }

        var invariant = CultureInfo.InvariantCulture;
        var id = string.Create(
            invariant, $"{_options.Cluster}_{attempt.Group.VNode.Value}_{attempt.Version.Value}");
        var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
        var content = new OnceContent(attempt.Meta);
        var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = content,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var headers = request.Headers;
        headers.ExpectContinue = false;
        Add(headers, "webhook-id", id);
        Add(headers, "webhook-timestamp", seconds.ToString(invariant));
        if (attempt.Route.Secrets.Count > 0)
        {
            var signature = WebhookSignature.Of(attempt.Route.Secrets, id, seconds, attempt.Meta.Span);
            Add(headers, "webhook-signature", signature);
        }

        if (trace.Length > 0)
        {
            Add(headers, "traceparent", trace);
        }

        Add(headers, "Time-Machine-Database", Uri.EscapeDataString(attempt.Key.Database));
        Add(headers, "Time-Machine-Collection", Uri.EscapeDataString(attempt.Key.Collection));
        Add(headers, "Time-Machine-Job", Uri.EscapeDataString(attempt.Key.Id));
        Add(headers, "Time-Machine-Attempt", attempt.Attempt.ToString(invariant));
        Add(headers, "Time-Machine-Trigger-Time", attempt.TriggerTime.Value.ToString(invariant));
        Add(headers, "Time-Machine-Fence", attempt.Claim.Value.ToString(invariant));
        return request;
    }

    private static void Add(HttpRequestHeaders headers, string name, string value) =>
        headers.TryAddWithoutValidation(name, value);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private int RetryAfterMs(RetryConditionHeaderValue? header)
    {
        var ms = header switch
        {
            { Delta: { } delta } => delta.TotalMilliseconds,
            { Date: { } date } => date.ToUnixTimeMilliseconds() - NowMs,
            _ => 0,
        };
        return (int)Math.Clamp(ms, 0, RetryAfterMsMax);
    }

    /// <summary>An attempt that had no connection, or none in time, is known to have written nothing.</summary>
    private static AttemptResult ResultOf(Exception error, bool hasWritten, int durationMs)
    {
        if (error is ForbiddenTargetException || error.InnerException is ForbiddenTargetException)
        {
            return new AttemptResult(AttemptEnd.Forbidden, 0, durationMs, 0, WroteNothing: true);
        }

        if (!hasWritten && IsNotConnected(error))
        {
            return AttemptResult.NotConnected(durationMs);
        }

        return error is OperationCanceledException
            ? new AttemptResult(AttemptEnd.TimedOut, 0, durationMs, 0, WroteNothing: !hasWritten)
            : AttemptResult.Lost(AttemptEnd.Broken, durationMs);
    }

    /// <summary>The time to connect is the only one that ends with a timeout inside: the route's own ends without.
    /// </summary>
    private static bool IsNotConnected(Exception error) => error switch
    {
        OperationCanceledException => error.InnerException is TimeoutException,
        HttpRequestException request => request.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        _ => false,
    };

    /// <summary>Resolves a name, and connects to an address that was checked: a second answer of the name server
    /// changes nothing.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken token)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, token).ConfigureAwait(false);
        if (Array.Exists(addresses, address => AddressGuard.IsForbidden(address, _options.AllowLoopback)))
        {
            throw new ForbiddenTargetException("The host has an address that is not allowed.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            socket.Dispose();
            throw;
        }
    }
}
