using System.Diagnostics;
using System.Globalization;

namespace TimeMachine.StorageFaults;

/// <summary>Starts the writer, kills it in the middle of its work, opens what it left, and compares.</summary>
/// <param name="options">How often, and where.</param>
/// <param name="print">Takes the report's lines; the last is the summary.</param>
public sealed class KillLoop(KillLoopOptions options, Action<string> print)
{
    private const int AcknowledgedMax = 6_000;
    private const int OlderLookedAt = 2_000;
    private readonly WrittenJobs _jobs = new();
    private SplitMix64 _draws = new(options.Seed);
    private long _acknowledged;
    private long _lost;
    private int _life;

    /// <summary>Runs all rounds.</summary>
    /// <returns>Whether nothing was lost.</returns>
    public bool Run()
    {
        Empty();
        var watch = Stopwatch.StartNew();
        var round = 0;
        while (round < options.Rounds && _lost == 0 && !(watch.Elapsed.TotalMinutes >= options.Minutes))
        {
            round++;
            RunRound();
            if (round % 20 == 0)
            {
                print(Figures(round, watch));
            }
        }

        print($"{(_lost == 0 ? "OK" : "FAILED")}: {Figures(round, watch)}");
        if (_lost == 0)
        {
            Empty();
        }

        return _lost == 0;
    }

    private string Figures(int rounds, Stopwatch watch) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rounds} kills, {_acknowledged} acknowledgements, {_lost} lost, {watch.Elapsed.TotalSeconds:F0} s");

    private void Empty()
    {
        if (Directory.Exists(options.Directory))
        {
            Directory.Delete(options.Directory, recursive: true);
        }
    }

    private void RunRound()
    {
        var last = WriteAndKill((int)_draws.Between(1, AcknowledgedMax));
        if (_lost > 0)
        {
            return;
        }

        using var node = new DiskNode(options.Directory, ++_life);
        node.RunUntil(node.IsReady);
        foreach (var job in last)
        {
            Lose(_jobs.Look(node, job));
        }

        for (var i = 0; i < OlderLookedAt && _jobs.Count > 0; i++)
        {
            Lose(_jobs.Look(node, _jobs[(int)_draws.Below(_jobs.Count)]));
        }

        Lose(WrittenJobs.LookAtHashes(node));
    }

    /// <summary>Kills the writer once it has acknowledged so much; what it still told by then counts as well.</summary>
    private List<(int VNode, long Number)> WriteAndKill(int killAfter)
    {
        using var writer = Process.Start(WriterOf(++_life))!;
        var told = new List<(int VNode, long Number)>();
        while (writer.StandardOutput.ReadLine() is { } line)
        {
            // The last line of a killed process may be cut short; a number that lost its end names no job or another.
            var isWhole = Acknowledged.TryParse(line, out var acknowledged) && !writer.StandardOutput.EndOfStream;
            if (isWhole)
            {
                _acknowledged++;
                _jobs.Take(acknowledged);
                told.Add((acknowledged.VNode, acknowledged.Number));
            }

            if (told.Count == killAfter)
            {
                writer.Kill();
            }
        }

        writer.WaitForExit();
        if (told.Count < killAfter)
        {
            Lose($"the writer ended by itself after {told.Count} acknowledgements, exit code {writer.ExitCode}");
        }

        return told;
    }

    private ProcessStartInfo WriterOf(int life)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(KillLoop).Assembly.Location);
        start.ArgumentList.Add("writer");
        start.ArgumentList.Add(options.Directory);
        start.ArgumentList.Add(life.ToString(CultureInfo.InvariantCulture));
        return start;
    }

    private void Lose(string? text)
    {
        if (text is not null)
        {
            _lost++;
            print($"LOST in life {_life}: {text}");
        }
    }
}
