using System.Runtime.CompilerServices;

namespace TimeMachine.Simulation.Kernel;

/// <content>The readable trace: written out on demand, else a bounded ring of the last events.</content>
public sealed partial class World
{
    private const int RingEvents = 256;

    private readonly TracedEvent[] _ring = new TracedEvent[RingEvents];
    private Action<string>? _traceSink;

    /// <summary>Whether lines are read by somebody.</summary>
    public bool IsTraceOn => _traceSink is not null;

    /// <summary>Sends all trace lines to a sink from now on.</summary>
    public void TraceTo(Action<string> sink) => _traceSink = sink;

    /// <summary>Writes a line with the time before it; costs a test of a field while nobody reads.</summary>
    public void Trace([InterpolatedStringHandlerArgument("")] TraceText text)
    {
        if (_traceSink is { } sink)
        {
            sink($"{NowUs / 1_000_000,4}.{NowUs % 1_000_000:D6} #{EventCount} {text.ToString()}");
        }
    }

    /// <summary>The last events of the run, the oldest first, one line each.</summary>
    public IEnumerable<string> LastEvents()
    {
        for (var number = Math.Max(1, EventCount - RingEvents + 1); number <= EventCount; number++)
        {
            var traced = _ring[number % RingEvents];
            yield return
                $"{traced.TimeUs} us #{number} to {traced.Address} kind {traced.Kind} argument {traced.Argument}";
        }
    }

    private void Remember(int address, in SimEvent simEvent) =>
        _ring[EventCount % RingEvents] = new TracedEvent(simEvent.TimeUs, address, simEvent.Kind, simEvent.Argument);

    private readonly record struct TracedEvent(long TimeUs, int Address, int Kind, long Argument);
}
