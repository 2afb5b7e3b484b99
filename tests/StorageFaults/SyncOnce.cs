using TimeMachine.Storage.Files;

namespace TimeMachine.StorageFaults;

/// <summary>The process of a test: syncs one file as a server does, and says so if it still lives.</summary>
public static class SyncOnce
{
    /// <summary>Syncs the file.</summary>
    /// <param name="path">The file; created if there is none.</param>
    /// <param name="told">Where it says that it is done.</param>
    public static int Run(string path, TextWriter told)
    {
        ArgumentNullException.ThrowIfNull(told);
        using var file = RealFileSystem.EndingTheProcess().Open(path, FileOpening.ReadWrite);
        file.Sync();
        told.Write("synced\n");
        return 0;
    }
}
