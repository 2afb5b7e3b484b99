using System.IO.Pipelines;

namespace TimeMachine.Api.Tls;

/// <summary>The two pipes of a connection.</summary>
/// <param name="Input">What comes.</param>
/// <param name="Output">What goes.</param>
internal sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
