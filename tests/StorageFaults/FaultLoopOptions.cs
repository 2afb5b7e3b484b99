using System.Globalization;

namespace TimeMachine.StorageFaults;

/// <summary>What the command line asks for.</summary>
public sealed record FaultLoopOptions
{
    /// <summary>How many lives of the writer each loop ends: 1 or more.</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>No further round of a loop begins after so many minutes; null for no limit.</summary>
    public double? Minutes { get; init; }

    /// <summary>How long the disk is full in the loop of the full disk, in minutes.</summary>
    public double FullMinutes { get; init; } = 10;

    /// <summary>The seed of when the faults come.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where the writer keeps its data; it is emptied first.</summary>
    public string Directory { get; init; } = Path.Combine(Path.GetTempPath(), "time-machine-storage-faults");

    /// <summary>Reads the command line.</summary>
    /// <returns>Null if it is not understood.</returns>
    public static FaultLoopOptions? Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Count % 2 != 0)
        {
            return null;
        }

        var options = new FaultLoopOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            if (options.With(args[i], args[i + 1]) is not { } next)
            {
                return null;
            }

            options = next;
        }

        return options;
    }

    private FaultLoopOptions? With(string name, string value)
    {
        var invariant = CultureInfo.InvariantCulture;
        return name switch
        {
            "--rounds" when int.TryParse(value, invariant, out var rounds) && rounds > 0 =>
                this with { Rounds = rounds },
            "--minutes" when double.TryParse(value, invariant, out var minutes) && minutes > 0 =>
                this with { Minutes = minutes, Rounds = int.MaxValue },
            "--full-minutes" when double.TryParse(value, invariant, out var minutes) && minutes > 0 =>
                this with { FullMinutes = minutes },
            "--seed" when ulong.TryParse(value, invariant, out var seed) => this with { Seed = seed },
            "--directory" when value.Length > 0 => this with { Directory = value },
            _ => null,
        };
    }
}
