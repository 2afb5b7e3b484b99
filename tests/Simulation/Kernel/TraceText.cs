using System.Runtime.CompilerServices;
using System.Text;

namespace TimeMachine.Simulation.Kernel;

/// <summary>An interpolated trace line that is built only when the run's trace is read:
/// <c>world.Trace($"...")</c>.</summary>
[InterpolatedStringHandler]
public readonly ref struct TraceText
{
    private readonly StringBuilder? _builder;

    /// <summary>Called by the compiler.</summary>
    public TraceText(int literalLength, int formattedCount, World world, out bool isOn)
    {
        isOn = world.IsTraceOn;
        _builder = isOn ? new StringBuilder(literalLength + (formattedCount * 8)) : null;
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => _builder!.Append(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => _builder!.Append(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted(ReadOnlySpan<char> value) => _builder!.Append(value);

    /// <summary>The line.</summary>
    public override string ToString() => _builder?.ToString() ?? "";
}
