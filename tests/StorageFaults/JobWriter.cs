using System.Text;
using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.StorageFaults;

/// <summary>
/// The process that is killed: creates jobs and cancels some, as fast as it can, and tells each acknowledgement.
/// </summary>
public static class JobWriter
{
    /// <summary>What the process says when it ends itself at a failed sync.</summary>
    public const string SyncFailed = "A sync failed.";

    private const int InFlight = 256;

    /// <summary>Of a life that ends at one of its syncs: smaller batches, or it would tell tens of thousands first.
    /// </summary>
    private const int InFlightOfSyncs = 64;

    /// <summary>Writes until it is killed.</summary>
    /// <param name="path">The data directory.</param>
    /// <param name="life">The number of this life.</param>
    /// <param name="failAtSync">Which sync of the life fails, from 1; 0 for none.</param>
    /// <param name="told">Where acknowledgements are told.</param>
    public static int Run(string path, int life, int failAtSync, Stream told)
    {
        var disk = new FaultyFileSystem(
            RealFileSystem.EndingTheProcess(), static error => Environment.FailFast(SyncFailed, error));
        disk.LoseAtSync(failAtSync);
        using var node = new DiskNode(path, life, failAtSync == 0 ? null : disk);
        using var writer = new StreamWriter(told, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        node.RunUntil(node.IsReady);
        var client = new JobClient(node, life, acknowledged => writer.Write(acknowledged.Line + "\n"));
        client.Begin();
        var inFlight = failAtSync == 0 ? InFlight : InFlightOfSyncs;
        while (true)
        {
            while (client.OpenCount < inFlight)
            {
                client.Ask();
            }

            node.Turn();
            writer.Flush();
        }
    }
}
