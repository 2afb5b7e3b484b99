using System.Diagnostics;
using System.Globalization;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Benchmarks;

/// <summary>The pure engine, three nodes in one thread, in memory: no disk, no network, no threads.</summary>
internal static class EngineBenchmark
{
    private const int InFlight = 512;
    private const int PayloadBytes = 200;
    private const long AllocatedMax = 64;

    /// <summary>Small enough that the warm-up reaches the steady state, in which segments are recycled.</summary>
    private static readonly LogOptions SmallLog = new()
    {
        SegmentBytes = 8 * 1024 * 1024,
        SlotsMax = 16,
        RetainBytes = 16 * 1024 * 1024,
        ReserveBytes = 16 * 1024 * 1024,
    };

    /// <summary>Prints the table; 1 if a committed entry costs more than 64 allocated bytes.</summary>
    public static int Run(TimeSpan rowTime)
    {
        Console.WriteLine(
            Line($"pure engine, 3 nodes in one thread, {PayloadBytes}-byte entries, {InFlight} in flight"));
        Console.WriteLine("groups   entries/s   bytes allocated/entry   log bytes/entry   wire bytes/entry");
        var isWithin = true;
        foreach (var groups in (int[])[12, 64, 256])
        {
            isWithin &= Throughput(groups, rowTime);
        }

        Console.WriteLine();
        Console.WriteLine("idle: CPU of a virtual second, all three nodes");
        Console.WriteLine("groups   us/s   batches/s   wire bytes/s   bytes allocated/s");
        foreach (var groups in (int[])[12, 64, 256])
        {
            Idle(groups);
        }

        return isWithin ? 0 : 1;
    }

    private static EngineCluster Start(int groups)
    {
        var cluster = new EngineCluster(groups, SmallLog);
        cluster.ElectAll();
        return cluster;
    }

    private static bool Throughput(int groups, TimeSpan rowTime)
    {
        var cluster = Start(groups);
        var payload = new byte[PayloadBytes];
        Drive(cluster, groups, payload, TimeSpan.FromSeconds(2));

        var committed = cluster.Committed;
        var wire = cluster.WireBytes;
        var log = cluster.LogBytes;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Drive(cluster, groups, payload, rowTime);

        var seconds = watch.Elapsed.TotalSeconds;
        var entries = cluster.Committed - committed;
        var allocatedEach = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Math.Max(1, entries);
        var (logEach, wireEach) = ((cluster.LogBytes - log) / entries, (cluster.WireBytes - wire) / entries);
        Console.WriteLine(Line(
            $"{groups,6} {entries / seconds,11:N0} {allocatedEach,23} {logEach,17} {wireEach,18}"));
        return allocatedEach <= AllocatedMax;
    }

    private static void Drive(EngineCluster cluster, int groups, byte[] payload, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var proposed = cluster.Committed;
        var next = 0;
        for (var turn = 0L; (turn & 63) != 0 || watch.Elapsed < time; turn++)
        {
            while (proposed - cluster.Committed < InFlight)
            {
                var status = cluster.Propose(1 + (next++ % groups), payload);
                if (status != ProposeStatus.Accepted)
                {
                    break;
                }

                proposed++;
            }

            cluster.Turn();
            if ((turn & 15) == 0)
            {
                cluster.PassTime();
            }
        }

        for (var turn = 0; turn < 100; turn++)
        {
            cluster.Turn();
        }
    }

    private static void Idle(int groups)
    {
        const int Seconds = 20;
        var cluster = Start(groups);
        PassSeconds(cluster, 2);
        var batches = cluster.WireBatches;
        var wire = cluster.WireBytes;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        PassSeconds(cluster, Seconds);

        var microseconds = watch.Elapsed.TotalMicroseconds / Seconds;
        var allocatedEach = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Seconds;
        var (batchesEach, wireEach) = ((cluster.WireBatches - batches) / Seconds, (cluster.WireBytes - wire) / Seconds);
        Console.WriteLine(Line(
            $"{groups,6} {microseconds,6:N0} {batchesEach,11} {wireEach,14} {allocatedEach,19}"));
    }

    private static void PassSeconds(EngineCluster cluster, int seconds)
    {
        for (var ms = 0; ms < seconds * 1_000; ms++)
        {
            cluster.PassTime();
            cluster.Turn();
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
