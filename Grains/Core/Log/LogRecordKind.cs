namespace TimeMachine.Core.Log;

/// <summary>What a record says. Numbers are append-only.</summary>
internal enum LogRecordKind : byte
{
    /// <summary>An entry of a group's Raft log.</summary>
    Entry = 1,

    /// <summary>Term, vote and commit index of a replica.</summary>
    HardState = 2,

    /// <summary>Where a replica's log begins, and the configuration in force there.</summary>
    GroupStart = 3,

    /// <summary>The replica id is dead for ever.</summary>
    GroupEnd = 4,

    /// <summary>Recovery found the replica damaged: it stays so when the evidence is recycled.</summary>
    Damaged = 5,
}

/// <summary>Why a record was written.</summary>
internal enum LogRecordOrigin : byte
{
    /// <summary>It is new. A GroupStart: the replica is born. An entry: it replaces all from its index on.</summary>
    New = 0,

    /// <summary>
    /// A live fact written again before its segment is recycled: it replaces nothing that came later.
    /// </summary>
    Rewrite = 1,

    /// <summary>A GroupStart only: an image was installed, so the log restarts behind it.</summary>
    Restart = 2,
}
