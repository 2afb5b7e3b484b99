using System.Diagnostics;
using System.Globalization;
using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.StorageFaults;

/// <summary>
/// A node under load on a disk that is full for minutes: creates are refused, cancels go on while the log has its
/// reserve, nothing acknowledged is lost, and when there is room again it serves as before, without a restart.
/// </summary>
/// <param name="options">How long, and where.</param>
/// <param name="print">Takes the report's lines; the last is the summary.</param>
public sealed class FullDiskRun(FaultLoopOptions options, Action<string> print)
{
    private const int InFlight = 64;
    private const int CreatesBetween = 20_000;
    private const int RefusedFirst = 1_000;

    /// <summary>While the disk is full: what the log's reserve holds for as long as this runs.</summary>
    private const int MsARequest = 10;
    private static readonly DiskNodeOptions Limits = new() { LogReserveBytes = 10L << 20 };
    private readonly WrittenJobs _written = new();
    private readonly List<string> _wrong = [];

    /// <summary>Runs it.</summary>
    /// <returns>Whether all is as it must be.</returns>
    public bool Run()
    {
        Empty();
        using (var node = new DiskNode(options.Directory, life: 1, Disk, Limits))
        {
            node.RunUntil(node.IsReady);
            var client = new JobClient(node, life: 1, acknowledged => _written.Take(acknowledged));
            client.Begin();
            Run(node, client, () => client.Created >= CreatesBetween);
            StayFull(node, client);
            Disk.IsFull = false;
            var created = client.Created;
            Run(node, client, () => client.Created >= created + CreatesBetween);
            Note(WrittenJobs.LookAtHashes(node));
        }

        using (var node = new DiskNode(options.Directory, life: 2))
        {
            node.RunUntil(node.IsReady);
            for (var job = 0; job < _written.Count; job++)
            {
                Note(_written.Look(node, _written[job]));
            }
        }

        print($"{(_wrong.Count == 0 ? "OK" : "FAILED")}: {_written.Count} jobs acknowledged, {_wrong.Count} wrong");
        if (_wrong.Count == 0)
        {
            Empty();
        }

        return _wrong.Count == 0;
    }

    private FaultyFileSystem Disk { get; } = new(RealFileSystem.EndingTheProcess());

    private void StayFull(DiskNode node, JobClient client)
    {
        var (created, cancelled, refused) = (client.Created, client.Cancelled, client.RefusedFull);
        var watch = Stopwatch.StartNew();
        Disk.IsFull = true;
        Run(node, client, () => client.RefusedFull >= refused + RefusedFirst);

        for (var asked = 0L; watch.Elapsed.TotalMinutes < options.FullMinutes; node.Turn())
        {
            for (; asked < watch.ElapsedMilliseconds / MsARequest && client.OpenCount < InFlight; asked++)
            {
                client.Ask();
            }
        }

        (created, cancelled, refused) =
            (client.Created - created, client.Cancelled - cancelled, client.RefusedFull - refused);
        print(string.Create(
            CultureInfo.InvariantCulture,
            $"full for {watch.Elapsed.TotalSeconds:F0} s: {created} creates and {cancelled} cancels done, "
            + $"{refused} creates refused, {client.ToldAgain} requests told to come again, "
            + $"{node.CheckpointsWithoutRoom} checkpoints found no room"));
        Note(refused == 0 ? "no create was refused" : null);
        Note(cancelled < watch.ElapsedMilliseconds / MsARequest / 10 ? $"only {cancelled} cancels were done" : null);
        Note(client.RefusedOther == 0 ? null : $"{client.RefusedOther} refused for another reason: {client.LastOther}");
        Note(node.CheckpointsWithoutRoom == 0 ? "no checkpoint was without room" : null);
    }

    private static void Run(DiskNode node, JobClient client, Func<bool> isOver) => node.RunUntil(() =>
    {
        while (client.OpenCount < InFlight)
        {
            client.Ask();
        }

        return isOver();
    });

    private void Note(string? wrong)
    {
        if (wrong is not null)
        {
            _wrong.Add(wrong);
            print($"WRONG: {wrong}");
        }
    }

    private void Empty()
    {
        if (Directory.Exists(options.Directory))
        {
            Directory.Delete(options.Directory, recursive: true);
        }
    }
}
