namespace TimeMachine.StorageFaults.Files;

/// <summary>What is asked of a disk that may fail.</summary>
public enum DiskOperation
{
    /// <summary>A file is opened to be written, and may get its name by it.</summary>
    Open = 1,

    /// <summary>Bytes are written.</summary>
    Write = 2,

    /// <summary>A file is cut or lengthened.</summary>
    SetLength = 3,

    /// <summary>A file is synced.</summary>
    Sync = 4,

    /// <summary>A directory is synced.</summary>
    SyncDirectory = 5,

    /// <summary>A file gets another name.</summary>
    Rename = 6,

    /// <summary>A file or directory is removed.</summary>
    Delete = 7,
}
