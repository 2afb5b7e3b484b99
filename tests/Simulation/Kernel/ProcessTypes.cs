namespace TimeMachine.Simulation.Kernel;

/// <summary>A life of a process.</summary>
/// <param name="Life">Counts the starts of the host, from 1.</param>
/// <param name="Incarnation">Counts the disks of the host, from 1: one more after each wipe.</param>
public readonly record struct ProcessStart(int Life, int Incarnation);

/// <summary>How a process ends, and what its unsynced writes come to.</summary>
public enum CrashKind
{
    /// <summary>Only the process ends: the system still holds what it wrote, and writes it some time.</summary>
    ProcessKill = 1,

    /// <summary>Power is lost; no unsynced byte survives.</summary>
    DropAll = 2,

    /// <summary>Power is lost; the oldest unsynced blocks survive.</summary>
    KeepPrefix = 3,

    /// <summary>Power is lost; any unsynced blocks survive, others between them do not.</summary>
    OutOfOrder = 4,

    /// <summary>Power is lost; the oldest unsynced blocks survive, and a part of the next one.</summary>
    TornTail = 5,
}

/// <summary>Where a host is in its life.</summary>
public enum HostState
{
    /// <summary>Not started, or crashed and not yet started again.</summary>
    Down = 1,

    /// <summary>Handles events.</summary>
    Running = 2,

    /// <summary>Stands still; events wait.</summary>
    Frozen = 3,
}

/// <summary>Points between the steps of a turn at which a process may be told to crash.</summary>
public enum CrashPoint
{
    /// <summary>Records are written, the sync is not yet asked for.</summary>
    BeforeSync = 1,

    /// <summary>The sync is done; nothing that waited for it has left.</summary>
    AfterPersist = 2,

    /// <summary>Some messages of a turn have left, others not.</summary>
    WithinSend = 3,

    /// <summary>Messages have left; nothing is applied.</summary>
    AfterSend = 4,

    /// <summary>Entries are applied; no answer has left.</summary>
    AfterApply = 5,

    /// <summary>Answers have left.</summary>
    AfterAnswer = 6,

    /// <summary>A claim is committed; its request is not yet on the socket.</summary>
    BeforeSendRequest = 7,

    /// <summary>The request is on the socket; its outcome is not yet known.</summary>
    AfterSendRequest = 8,

    /// <summary>A checkpoint is being written.</summary>
    WithinCheckpoint = 9,

    /// <summary>A received snapshot is being installed.</summary>
    WithinSnapshotInstall = 10,
}

/// <summary>How a sync ended.</summary>
public enum SyncStatus
{
    /// <summary>All that was written before the request is durable.</summary>
    Ok = 1,

    /// <summary>The disk failed: nobody knows what is durable; the process must end.</summary>
    Failed = 2,

    /// <summary>No space: nothing was changed.</summary>
    Full = 3,
}

/// <summary>Which disk of a host.</summary>
public enum DiskKind
{
    /// <summary>The node's log.</summary>
    Log = 1,

    /// <summary>Checkpoints and other named images.</summary>
    Checkpoint = 2,
}

/// <summary>The end of a sync.</summary>
/// <param name="Disk">Which disk.</param>
/// <param name="Token">The number given with the request.</param>
/// <param name="Status">How it ended.</param>
public readonly record struct SyncDone(DiskKind Disk, long Token, SyncStatus Status);

/// <summary>A message as its receiver sees it.</summary>
/// <param name="From">The sender's address.</param>
/// <param name="Lane">The sender's lane, 0 to 3; each lane of a link keeps its order unless a fault reorders
/// it.</param>
/// <param name="Bytes">The content; valid only until the handler returns.</param>
/// <param name="Attachment">An immutable object sent along, or null. It travels by reference: nobody may change
/// it.</param>
/// <param name="SentUs">When it was sent, in true time: for checkers, never for the process.</param>
public readonly record struct SimMessage(
    int From, int Lane, ReadOnlyMemory<byte> Bytes, object? Attachment, long SentUs);
