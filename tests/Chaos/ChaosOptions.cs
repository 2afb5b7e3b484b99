using System.Globalization;

namespace TimeMachine.Chaos;

/// <summary>What the command line asks for.</summary>
internal sealed record ChaosOptions
{
    /// <summary>How many nodes the cluster begins with: 3 to 9.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Triggers a second: 1 to 100,000.</summary>
    public int TriggersPerSecond { get; init; } = 1_000;

    /// <summary>Creates a second, at most as many as triggers: 1 to 100,000.</summary>
    public int CreatesPerSecond { get; init; } = 500;

    /// <summary>How long the load goes on in each run, in seconds: 10 to 86,400.</summary>
    public int Seconds { get; init; } = 60;

    /// <summary>How long the database is away in the run <c>sql</c>, in seconds.</summary>
    public int SqlSeconds { get; init; } = 60;

    /// <summary>The longest gap in triggers and in accepted creates that passes, in ms.</summary>
    public int GapMsMax { get; init; } = 2_000;

    /// <summary>Up to this p99 of their lateness healthy jobs are not late in the run <c>hang</c>, in ms.</summary>
    public int LateMsMax { get; init; } = 10;

    /// <summary>The run <c>limits</c> shows something only if so many requests came in a second, of 100 that may.
    /// </summary>
    public int RateMin { get; init; } = 75;

    /// <summary>A PostgreSQL server in place of a file; null for SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>The command that stops the database, for <see cref="Postgres"/>.</summary>
    public string? SqlStop { get; init; }

    /// <summary>The command that starts the database, for <see cref="Postgres"/>.</summary>
    public string? SqlStart { get; init; }

    /// <summary>The first of the ports, which are 3 for each node. Below those that the system gives to connections:
    /// one of them would take the port of a node that is down.</summary>
    public int FirstPort { get; init; } = 18_000;

    /// <summary>Where the nodes keep their data; it is emptied first.</summary>
    public string Directory { get; init; } = Path.Combine(Path.GetTempPath(), "time-machine-chaos");

    /// <summary>Reads the command line.</summary>
    /// <returns>Null if it is not understood.</returns>
    public static ChaosOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new ChaosOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count || options.With(args[i], args[i + 1]) is not { } next)
            {
                return null;
            }

            options = next;
        }

        var isWhole = options.CreatesPerSecond <= options.TriggersPerSecond
            && (options.Postgres is null || (options.SqlStop is not null && options.SqlStart is not null));
        return isWhole ? options : null;
    }

    private ChaosOptions? With(string name, string value)
    {
        var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return name switch
        {
            "--nodes" when isNumber && number is >= 3 and <= 9 => this with { Nodes = number },
            "--triggers" when isNumber && number is >= 1 and <= 100_000 => this with { TriggersPerSecond = number },
            "--creates" when isNumber && number is >= 1 and <= 100_000 => this with { CreatesPerSecond = number },
            "--seconds" when isNumber && number is >= 10 and <= 86_400 => this with { Seconds = number },
            "--sql-seconds" when isNumber && number is >= 1 and <= 3_600 => this with { SqlSeconds = number },
            "--gap-ms" when isNumber && number >= 1 => this with { GapMsMax = number },
            "--late-ms" when isNumber && number >= 1 => this with { LateMsMax = number },
            "--rate-min" when isNumber && number is >= 1 and <= 100 => this with { RateMin = number },
            "--first-port" when isNumber && number is >= 1_024 and <= 65_000 => this with { FirstPort = number },
            "--postgres" when value.Length > 0 => this with { Postgres = value },
            "--sql-stop" when value.Length > 0 => this with { SqlStop = value },
            "--sql-start" when value.Length > 0 => this with { SqlStart = value },
            "--directory" when value.Length > 0 => this with { Directory = value },
            _ => null,
        };
    }
}
