using System.Diagnostics;
using System.Globalization;

namespace TimeMachine.StorageFaults;

/// <summary>How a writer's life ends.</summary>
public enum WriterFault
{
    /// <summary>It is killed.</summary>
    Kill = 1,

    /// <summary>A sync fails, and what it should have made durable is gone: the writer must end itself.</summary>
    SyncError = 2,
}

/// <summary>Starts the writer, ends it in the middle of its work, opens what it left, and compares.</summary>
/// <param name="options">How often, and where.</param>
/// <param name="fault">How it ends.</param>
/// <param name="print">Takes the report's lines; the last is the summary.</param>
public sealed class FaultLoop(FaultLoopOptions options, WriterFault fault, Action<string> print)
{
    private const int AcknowledgedMax = 6_000;
    private const int SyncsMax = 300;

    /// <summary>How a process ends that stops itself: by SIGABRT.</summary>
    private const int AbortedBySignal = 134;
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

    private string FaultName => fault == WriterFault.Kill ? "kills" : "failed syncs";

    private string Figures(int rounds, Stopwatch watch) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rounds} {FaultName}, {_acknowledged} acknowledgements, {_lost} lost, {watch.Elapsed.TotalSeconds:F0} s");

    private void Empty()
    {
        if (Directory.Exists(options.Directory))
        {
            Directory.Delete(options.Directory, recursive: true);
        }
    }

    private void RunRound()
    {
        var last = fault == WriterFault.Kill
            ? Write((int)_draws.Between(1, AcknowledgedMax), failAtSync: 0)
            : Write(int.MaxValue, (int)_draws.Between(1, SyncsMax));
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

    /// <summary>Lets the writer run until it is killed or its sync fails; what it still told by then counts as well.
    /// </summary>
    private List<(int VNode, long Number)> Write(int killAfter, int failAtSync)
    {
        using var writer = Process.Start(WriterOf(++_life, failAtSync))!;
        var saysWhy = false;
        writer.ErrorDataReceived += (_, line) =>
            saysWhy |= line.Data?.Contains(JobWriter.SyncFailed, StringComparison.Ordinal) is true;
        writer.BeginErrorReadLine();
        var told = new List<(int VNode, long Number)>();
        while (writer.StandardOutput.ReadLine() is { } line)
        {
            // The last line of a process that ended may be cut short: what lost its end names no job or another.
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
        var isAsMeant = failAtSync > 0 && saysWhy && writer.ExitCode == AbortedBySignal;
        if (told.Count < killAfter && !isAsMeant)
        {
            Lose($"the writer ended by itself after {told.Count} acknowledgements, exit code {writer.ExitCode}");
        }

        return told;
    }

    private ProcessStartInfo WriterOf(int life, int failAtSync)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(FaultLoop).Assembly.Location);
        start.ArgumentList.Add("writer");
        start.ArgumentList.Add(options.Directory);
        start.ArgumentList.Add(life.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(failAtSync.ToString(CultureInfo.InvariantCulture));
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
