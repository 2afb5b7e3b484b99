using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Operations;

/// <summary>Makes something of a body.</summary>
/// <param name="body">The body; it is gone when this returns.</param>
/// <param name="refusal">What is wrong with it; null if nothing is.</param>
/// <returns>Null if something is wrong.</returns>
internal delegate T? BodyParser<out T>(ReadOnlySpan<byte> body, out ErrorReply? refusal);
