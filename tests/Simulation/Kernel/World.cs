using System.IO.Hashing;

namespace TimeMachine.Simulation.Kernel;

/// <summary>One run: virtual time, the event queue, seeded draws, figures and violations. One thread owns it.</summary>
public sealed partial class World
{
    private readonly EventHeap _queue;
    private readonly List<IChecker> _checkers = [];
    private readonly List<Violation> _violations = [];

    /// <summary>Creates the world of a seed.</summary>
    /// <param name="seed">Everything drawn in the run follows from it.</param>
    /// <param name="memory">Buffers to reuse from an earlier run of the same thread; null takes fresh ones.</param>
    public World(ulong seed, WorldMemory? memory = null)
    {
        Seed = seed;
        Memory = memory ?? new WorldMemory();
        Memory.Reset();
        _queue = Memory.Queue;
        Draws = new RunDraws(seed);
        TraceHash = seed;
    }

    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; }

    /// <summary>Virtual true time in microseconds since the start of the run.</summary>
    public long NowUs { get; private set; }

    /// <summary>Virtual true time in whole milliseconds since the start of the run.</summary>
    public long NowMs => NowUs / 1_000;

    /// <summary>Events handled so far.</summary>
    public long EventCount { get; private set; }

    /// <summary>The seeded streams.</summary>
    public RunDraws Draws { get; }

    /// <summary>The figures of the run.</summary>
    public CounterValues Counters { get; } = new();

    /// <summary>Buffers shared by the parts of the world.</summary>
    public WorldMemory Memory { get; }

    /// <summary>A hash over all events: equal for equal seeds, in every process.</summary>
    public ulong TraceHash { get; private set; }

    /// <summary>What was found; the run stops at the first.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Whether a violation or <see cref="Stop"/> ended the run.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Adds a checker that looks after each event, in the order of adding.</summary>
    public void AddChecker(IChecker checker) => _checkers.Add(checker);

    /// <summary>Adds to a counter of the run.</summary>
    public void Count(Counter counter, long amount = 1) => Counters.Add(counter, amount);

    /// <summary>Schedules an event.</summary>
    /// <param name="atUs">When; a time in the past means now, behind what is already scheduled for now.</param>
    /// <param name="target">Who handles it.</param>
    /// <param name="kind">What happens; at least 0 for targets outside the kernel.</param>
    /// <param name="argument">A number for the target.</param>
    /// <param name="payload">An object for the target.</param>
    public void Schedule(long atUs, IEventTarget target, int kind, long argument = 0, object? payload = null) =>
        _queue.Add(target, new SimEvent(Math.Max(atUs, NowUs), kind, 0, argument, payload));

    /// <summary>Schedules an event that carries a guard number.</summary>
    public void ScheduleEvent(IEventTarget target, in SimEvent simEvent) =>
        _queue.Add(target, simEvent.TimeUs >= NowUs ? simEvent : simEvent with { TimeUs = NowUs });

    /// <summary>Handles events up to and including a time, then moves the clock there.</summary>
    public void RunUntil(long untilUs)
    {
        while (!IsStopped && _queue.NextTimeUs <= untilUs)
        {
            HandleNext();
        }

        if (!IsStopped)
        {
            NowUs = Math.Max(NowUs, untilUs);
        }
    }

    /// <summary>Calls every checker's end-of-run look; stops at the first violation.</summary>
    public void CheckEnd()
    {
        foreach (var checker in _checkers)
        {
            if (!IsStopped)
            {
                Guarded(checker, static (world, item) => item.AtEnd(world));
            }
        }
    }

    /// <summary>What the run was asked for beside its seed, as on the command line: for its violations.</summary>
    public string ReplayOptions { get; set; } = "";

    /// <summary>Reports what must not be, and ends the run.</summary>
    /// <param name="checker">The short name of the rule.</param>
    /// <param name="text">What was seen, in one line.</param>
    public void Violate(string checker, string text)
    {
        _violations.Add(new Violation(Seed, checker, text, NowUs, EventCount) { Options = ReplayOptions });
        Trace($"VIOLATION {checker}: {text}");
        Stop();
    }

    /// <summary>Ends the run after the present event.</summary>
    public void Stop() => IsStopped = true;

    /// <summary>Mixes a number into the trace hash: what a part draws or decides outside events.</summary>
    public void Mix(ulong value) => TraceHash = ((TraceHash ^ value) * 0x9FB21C651E98DF25UL) + (TraceHash >> 29);

    /// <summary>Mixes bytes into the trace hash.</summary>
    public void Mix(ReadOnlySpan<byte> bytes) => Mix(XxHash3.HashToUInt64(bytes));

    private void HandleNext()
    {
        var simEvent = _queue.Take(out var target);
        Invariant.Require(simEvent.TimeUs >= NowUs);
        NowUs = simEvent.TimeUs;
        EventCount++;
        var address = target.Address;
        Mix((ulong)simEvent.TimeUs ^ ((ulong)(uint)simEvent.Kind << 44) ^ ((ulong)(uint)address << 52));
        Mix((ulong)simEvent.Argument);
        Remember(address, in simEvent);
        try
        {
            target.OnEvent(in simEvent);
        }
        catch (Exception error) when (IsFound(error))
        {
            // Whatever a handler throws is a bug of the code under test (or of the simulator): the seed shows it.
            Violate("exception", Describe(error));
        }

        LookAfter(address);
    }

    private void LookAfter(int address)
    {
        for (var i = 0; i < _checkers.Count && !IsStopped; i++)
        {
            _checkers[i].AfterEvent(this, address);
        }
    }

    private void Guarded<T>(T item, Action<World, T> look)
    {
        try
        {
            look(this, item);
        }
        catch (Exception error) when (IsFound(error))
        {
            Violate("exception", Describe(error));
        }
    }

    /// <summary>Whether an exception says something of the code under test; code that does not load says nothing.
    /// </summary>
    internal static bool IsFound(Exception error) => error is not (
        OutOfMemoryException or TypeLoadException or MissingMemberException or BadImageFormatException
        or FileLoadException);

    private static string Describe(Exception error)
    {
        var frames = error.StackTrace?.Split('\n') ?? [];
        var frame = frames.FirstOrDefault(line => !line.Contains("Invariant.", StringComparison.Ordinal));
        return $"{error.GetType().Name}: {error.Message} {frame?.Trim()}";
    }
}
