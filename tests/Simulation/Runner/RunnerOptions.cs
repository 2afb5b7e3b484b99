using System.Globalization;

namespace TimeMachine.Simulation.Runner;

/// <summary>What the command line asks for.</summary>
public sealed record RunnerOptions
{
    /// <summary>The ways to call the simulator.</summary>
    public const string Usage = """
        dotnet run -c Release --project tests/Simulation -- [what] [--threads T] [--kernel] [--files]
          --seeds N [--first-seed S]   run N seeds (default 100) from S (default 1)
          --minutes M [--first-seed S] run seeds for M minutes
          --seed S                     run one seed with a readable trace
          --mutants [--seeds N]        switch each deliberate bug on; each is to be caught within N seeds (500)
          --mutant NAMES [--seeds N]   the same for one, or several with commas between
          --kernel                     run the kernel's own toy cluster instead of the real one
          --files                      keep job stores in the product's own files, on disks in memory: slow
        """;

    /// <summary>How many seeds; null for the mode's default.</summary>
    public long? SeedCount { get; init; }

    /// <summary>The first seed.</summary>
    public ulong FirstSeed { get; init; } = 1;

    /// <summary>Runs seeds for this long instead of a count.</summary>
    public double? Minutes { get; init; }

    /// <summary>The one seed to replay.</summary>
    public ulong? ReplaySeed { get; init; }

    /// <summary>Whether mutants are run instead of seeds.</summary>
    public bool RunsMutants { get; init; }

    /// <summary>The mutants to run, with commas between; null for all.</summary>
    public string? MutantName { get; init; }

    /// <summary>Worker threads.</summary>
    public int ThreadCount { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether the kernel's toy cluster runs.</summary>
    public bool IsKernelOnly { get; init; }

    /// <summary>Whether job stores are the product's own, on disks in memory.</summary>
    public bool HasFiles { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments behind <c>--</c>.</param>
    /// <param name="error">What is wrong, if null is returned.</param>
    public static RunnerOptions? Parse(IReadOnlyList<string> args, out string error)
    {
        ArgumentNullException.ThrowIfNull(args);
        var options = new RunnerOptions();
        error = "";
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            var value = i + 1 < args.Count ? args[i + 1] : "";
            if (name is "--mutants" or "--kernel" or "--files")
            {
                options = name switch
                {
                    "--kernel" => options with { IsKernelOnly = true },
                    "--files" => options with { HasFiles = true },
                    _ => options with { RunsMutants = true },
                };
                continue;
            }

            i++;
            if (options.With(name, value) is not { } next)
            {
                error = $"'{name} {value}' is not understood.";
                return null;
            }

            options = next;
        }

        return options;
    }

    private RunnerOptions? With(string name, string value)
    {
        var invariant = CultureInfo.InvariantCulture;
        return name switch
        {
            "--seeds" when long.TryParse(value, invariant, out var count) && count > 0 =>
                this with { SeedCount = count },
            "--first-seed" when ulong.TryParse(value, invariant, out var first) => this with { FirstSeed = first },
            "--seed" when ulong.TryParse(value, invariant, out var seed) => this with { ReplaySeed = seed },
            "--minutes" when double.TryParse(value, invariant, out var minutes) && minutes > 0 =>
                this with { Minutes = minutes },
            "--threads" when int.TryParse(value, invariant, out var threads) && threads is > 0 and <= 256 =>
                this with { ThreadCount = threads },
            "--mutant" when value.Length > 0 => this with { RunsMutants = true, MutantName = value },
            _ => null,
        };
    }
}
