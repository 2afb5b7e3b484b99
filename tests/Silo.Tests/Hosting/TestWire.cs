using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>A connection in memory, and what went over it from the far end.</summary>
internal sealed class TestWire : IDisposable
{
    private readonly Pipe _there = new();
    private readonly Pipe _back = new();
    private readonly MemoryStream _sent = new();

    public TestWire()
    {
        var tapped = PipeWriter.Create(new TappedStream(_there.Writer.AsStream(leaveOpen: true), _sent));
        Near = new DefaultConnectionContext("near") { Transport = new Duplex(_there.Reader, _back.Writer) };
        Far = new DefaultConnectionContext("far") { Transport = new Duplex(_back.Reader, tapped) };
    }

    public ConnectionContext Near { get; }

    public ConnectionContext Far { get; }

    /// <summary>What the far end has written.</summary>
    public byte[] Sent => _sent.ToArray();

    /// <summary>Neither end hears anything more.</summary>
    public async Task CutAsync()
    {
        await _there.Writer.CompleteAsync();
        await _back.Writer.CompleteAsync();
    }

    public void Dispose() => _sent.Dispose();

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
