using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>Two ends of a connection, in memory: who may speak to whom.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("cluster");
    private readonly TestAuthority _other = new("other");

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
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(near, EchoAsync);
        var heard = "";

        await Load(_authority.Certify("b", 2)).AsClientAsync(far, async link =>
        {
            await link.Transport.Output.WriteAsync("tell nobody"u8.ToArray());
            heard = await ReadAsync(link.Transport.Input, "tell nobody".Length);
        });
        await wire.CutAsync();
        await server;

        Assert.Equal("tell nobody", heard);
        Assert.NotEmpty(wire.Sent);
        Assert.DoesNotContain("tell nobody", Encoding.Latin1.GetString(wire.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_another_authority_is_not_let_in()
    {
        using var wire = new TestWire();
        var (near, far) = (wire.Near, wire.Far);
        var wasLetIn = false;
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(near, _ =>
        {
            wasLetIn = true;
            return Task.CompletedTask;
        });
        var stranger = _other.Certify("b", 2);
        stranger.AuthorityFile = _authority.AuthorityFile;

        var client = Load(stranger).AsClientAsync(far, async link => await link.Transport.Input.ReadAsync());
        await server;
        await wire.CutAsync();
        await Record.ExceptionAsync(() => client);

        Assert.False(wasLetIn);
    }

    [Fact]
    public async Task A_client_does_not_speak_to_a_server_of_another_authority()
    {
        using var wire = new TestWire();
        var (near, far) = (wire.Near, wire.Far);
        var server = Load(_other.Certify("a", 1)).AsServerAsync(near, EchoAsync);
        var hasSpoken = false;

        await Load(_authority.Certify("b", 2)).AsClientAsync(far, _ =>
        {
            hasSpoken = true;
            return Task.CompletedTask;
        });
        await wire.CutAsync();
        await Record.ExceptionAsync(() => server);

        Assert.False(hasSpoken);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_from_below_ends_the_connection()
    {
        using var wire = new TestWire();
        var below = wire.Near.Transport;
        var isQuiet = new TaskCompletionSource();
        var server = Load(_authority.Certify("a", 1)).AsServerAsync(wire.Near, EchoAsync);
        var client = Load(_authority.Certify("b", 2)).AsClientAsync(wire.Far, async link =>
        {
            await link.Transport.Output.WriteAsync("hello"u8.ToArray());
            await ReadAsync(link.Transport.Input, "hello".Length);
            isQuiet.SetResult();
            await link.Transport.Input.ReadAsync();
        });
        await isQuiet.Task;

        below.Input.CancelPendingRead();

        await server.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await wire.CutAsync();
        await Record.ExceptionAsync(() => client);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused_by_the_name_of_the_setting()
    {
        var settings = _authority.Certify("a", 1);
        settings.KeyFile = _authority.Certify("b", 2).KeyFile;

        var found = Assert.Throws<BadSettingsException>(() => Load(settings));

        Assert.StartsWith("TimeMachine:Tls: the files cannot be used:", found.Message, StringComparison.Ordinal);
    }

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
