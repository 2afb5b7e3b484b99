using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using TimeMachine.Api.Tls;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>Two ends of a connection, in memory: who may speak to whom.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("cluster");
    private readonly TestAuthority _other = new("other");
    private readonly LoggedLines _told = new();
    private readonly LoggedLines _toldByClient = new();

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Two_nodes_of_the_cluster_understand_each_other_and_nobody_else_does()
    {
        using var wire = new TestWire();
        var (near, far) = (wire.Near, wire.Far);
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(near, EchoAsync, Refused);
        var heard = "";

        await Load(_authority.Certify("b", 2)).AsClientAsync(
            far,
            async link =>
            {
                await link.Transport.Output.WriteAsync("tell nobody"u8.ToArray());
                heard = await ReadAsync(link.Transport.Input, "tell nobody".Length);
            },
            RefusedByClient);
        await wire.CutAsync();
        await server;

        Assert.Equal("tell nobody", heard);
        Assert.Empty(_told.Lines.Concat(_toldByClient.Lines));
        Assert.NotEmpty(wire.Sent);
        Assert.DoesNotContain("tell nobody", Encoding.Latin1.GetString(wire.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_another_authority_is_not_let_in()
    {
        using var wire = new TestWire();
        var (near, far) = (wire.Near, wire.Far);
        var wasLetIn = false;
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(
            near,
            _ =>
            {
                wasLetIn = true;
                return Task.CompletedTask;
            },
            Refused);
        var stranger = _other.Certify("b", 2);
        stranger.AuthorityFile = _authority.AuthorityFile;

        var client = Load(stranger).AsClientAsync(
            far, async link => await link.Transport.Input.ReadAsync(), RefusedByClient);
        await server;
        await wire.CutAsync();
        await Record.ExceptionAsync(() => client);

        Assert.False(wasLetIn);
        Assert.Contains(
            "is not of TimeMachine:Tls:AuthorityFile", Assert.Single(_told.Lines), StringComparison.Ordinal);
        Assert.StartsWith("Warning: ", Assert.Single(_toldByClient.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_does_not_speak_to_a_server_of_another_authority()
    {
        using var wire = new TestWire();
        var (near, far) = (wire.Near, wire.Far);
        var server = Load(_other.Certify("a", 1)).AsServerAsync(near, EchoAsync, Refused);
        var hasSpoken = false;

        await Load(_authority.Certify("b", 2)).AsClientAsync(
            far,
            _ =>
            {
                hasSpoken = true;
                return Task.CompletedTask;
            },
            RefusedByClient);
        await wire.CutAsync();
        await Record.ExceptionAsync(() => server);

        Assert.False(hasSpoken);
        Assert.Contains(
            "is not of TimeMachine:Tls:AuthorityFile", Assert.Single(_toldByClient.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_from_below_ends_the_connection()
    {
        using var wire = new TestWire();
        var below = wire.Near.Transport;
        var isQuiet = new TaskCompletionSource();
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(wire.Near, EchoAsync, Refused);
        var client = Load(_authority.Certify("b", 2)).AsClientAsync(
            wire.Far,
            async link =>
            {
                await link.Transport.Output.WriteAsync("hello"u8.ToArray());
                await ReadAsync(link.Transport.Input, "hello".Length);
                isQuiet.SetResult();
                await link.Transport.Input.ReadAsync();
            },
            RefusedByClient);
        await isQuiet.Task;

        below.Input.CancelPendingRead();

        await server.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await wire.CutAsync();
        await Record.ExceptionAsync(() => client);
    }

    [Fact]
    public async Task A_caller_that_speaks_without_TLS_is_refused_and_one_that_says_nothing_is_not_worth_a_word()
    {
        using var plain = new TestWire();
        using var probe = new TestWire();
        var tls = Load(_authority.Certify("a", 1));

        await probe.CutAsync();
        await tls.AsServerAsync(probe.Near, EchoAsync, Refused);
        var toldOfProbe = _told.Lines.Count;
        await plain.Far.Transport.Output.WriteAsync(
            "no TLS at all"u8.ToArray(), TestContext.Current.CancellationToken);
        await tls.AsServerAsync(plain.Near, EchoAsync, Refused);

        Assert.Equal(0, toldOfProbe);
        Assert.StartsWith("Warning: TLS with", Assert.Single(_told.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_refused_again_and_again_makes_one_line_in_ten_seconds()
    {
        var clock = new SteppedTime();
        var refused = new RefusedLinks(_told, clock);
        using var wire = new TestWire();
        var link = wire.Near;

        refused.TellHandshake(link, "first");
        refused.TellHandshake(link, "second");
        refused.TellSilence(link, "third");
        clock.Step(TimeSpan.FromSeconds(10));
        refused.TellSilence(link, "fourth");

        Assert.Equal(
            [
                "Warning: TLS with (null) failed: first. Connections refused before, without a line: 0",
                "Warning: (null) ended the connection without a word. fourth "
                    + "Connections refused before, without a line: 2",
            ],
            _told.Lines);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused_by_the_name_of_the_setting()
    {
        var settings = _authority.Certify("a", 1);
        settings.KeyFile = _authority.Certify("b", 2).KeyFile;

        var found = Assert.Throws<InvalidDataException>(() => Load(settings));

        Assert.StartsWith(
            "TimeMachine:Tls:CertificateFile or KeyFile cannot be used:", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authority_that_is_no_certificate_is_refused_by_the_name_of_the_setting()
    {
        var settings = _authority.Certify("a", 1);
        settings.AuthorityFile = settings.KeyFile;

        var found = Assert.Throws<InvalidDataException>(() => Load(settings));

        Assert.StartsWith(
            "TimeMachine:Tls:AuthorityFile cannot be used:", found.Message, StringComparison.Ordinal);
    }

    private RefusedLinks Refused => new(_told, TimeProvider.System);

    private RefusedLinks RefusedByClient => new(_toldByClient, TimeProvider.System);

    private static MutualTls Load(TlsSettings settings) => MutualTls.Load(settings);

    private static async Task EchoAsync(ConnectionContext link)
    {
        while (true)
        {
            var read = await link.Transport.Input.ReadAsync();
            foreach (var part in read.Buffer)
            {
                await link.Transport.Output.WriteAsync(part);
            }

            link.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<string> ReadAsync(PipeReader input, int byteCount)
    {
        var read = await input.ReadAtLeastAsync(byteCount);
        var text = Encoding.UTF8.GetString(read.Buffer);
        input.AdvanceTo(read.Buffer.End);
        return text;
    }
}
