namespace TimeMachine.Simulation.Files;

/// <summary>What a process asks of a simulated disk; the points at which a test may let it crash or fail.</summary>
public enum SimFileOperation
{
    /// <summary>A file gets its name.</summary>
    Create = 1,

    /// <summary>Bytes are written.</summary>
    Write = 2,

    /// <summary>A file is cut or lengthened.</summary>
    SetLength = 3,

    /// <summary>A file is synced.</summary>
    SyncFile = 4,

    /// <summary>A directory is synced.</summary>
    SyncDirectory = 5,

    /// <summary>A file gets another name.</summary>
    Rename = 6,

    /// <summary>A file or directory is removed.</summary>
    Delete = 7,

    /// <summary>A directory is created.</summary>
    CreateDirectory = 8,

    /// <summary>Bytes are read.</summary>
    Read = 9,
}
