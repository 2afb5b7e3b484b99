using System.Globalization;

namespace TimeMachine.Demo;

/// <summary>What a run of the demo does.</summary>
internal sealed record DemoOptions
{
    /// <summary>A node's REST interface.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8001";

    /// <summary>The number of jobs: 1 to 10,000, the most of one batch.</summary>
    public int JobCount { get; init; } = 1_000;

    /// <summary>The jobs are due within so many seconds from now, none in the first: 2 to 3,600.</summary>
    public int WithinSeconds { get; init; } = 10;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is not understood, or a value is out of its range.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> args)
    {
        var options = new DemoOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"{args[i]} has no value.");
            options = args[i] switch
            {
                "--url" => options with { Url = value.TrimEnd('/') },
                "--jobs" => options with { JobCount = Number(args[i], value, 1, 10_000) },
                "--within-seconds" => options with { WithinSeconds = Number(args[i], value, 2, 3_600) },
                _ => throw new FormatException($"{args[i]} is not known. Known are --url, --jobs, --within-seconds."),
            };
        }

        return options;
    }

    private static int Number(string name, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max
            ? value
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"{name} '{text}' is refused. Allowed: {min:N0} to {max:N0}."));
}
