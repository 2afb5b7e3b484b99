using System.Globalization;
using TimeMachine.Core.Node;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>What the command line says.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage =
        "usage: dotnet run -c Release --project tests/Benchmarks -- storage [log|creates|queue|pending|image]...\n"
        + "         [--seconds N] a row, default 60    [--jobs N] pending 10,000,000, queue 5,000,000, image "
        + "1,000,000\n"
        + "         [--trees N] of creates and queue, default 12 and 1    [--fresh-mib N] of rows not on disk, default "
        + "the product's\n"
        + "         [--directory D] on the disk to measure, default the current one";

    private static readonly string[] All = ["log", "creates", "queue", "pending", "image"];

    /// <summary>Which tables to print.</summary>
    public IReadOnlyList<string> Parts { get; private init; } = All;

    /// <summary>How long a row is measured.</summary>
    public TimeSpan Seconds { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Jobs that are present; null for what each table has by default.</summary>
    public long? Jobs { get; private init; }

    /// <summary>How many trees each row of creates and of the queue has.</summary>
    public IReadOnlyList<int> Trees { get; private init; } = [12, 1];

    /// <summary>The memory of rows that are not on disk, in bytes.</summary>
    public long FreshBytesMax { get; private init; } = new CheckpointOptions().FreshBytesMax;

    /// <summary>Where to write.</summary>
    public string Directory { get; private init; } = ".";

    /// <summary>Reads the command line; null if it is not understood.</summary>
    public static BenchmarkOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new BenchmarkOptions();
        var parts = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (All.Contains(args[i]))
            {
                parts.Add(args[i]);
                continue;
            }

            if (i + 1 == args.Length || options.With(args[i], args[++i]) is not { } next)
            {
                return null;
            }

            options = next;
        }

        return parts.Count == 0 ? options : options with { Parts = parts };
    }

    private BenchmarkOptions? With(string name, string value)
    {
        var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return name switch
        {
            "--directory" => this with { Directory = value },
            "--seconds" when isNumber && number is >= 1 and <= 3_600 =>
                this with { Seconds = TimeSpan.FromSeconds(number) },
            "--trees" when isNumber && number is >= 1 and <= 256 => this with { Trees = [(int)number] },
            "--fresh-mib" when isNumber && number is >= 1 and <= 65_536 => this with { FreshBytesMax = number << 20 },
            "--jobs" when isNumber && number is >= 1_000 and <= 100_000_000 => this with { Jobs = number },
            _ => null,
        };
    }
}
