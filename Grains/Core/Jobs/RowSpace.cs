namespace TimeMachine.Core.Jobs;

/// <summary>The first bytes of the keys of a vnode's rows: what a store may treat in a way of its own.</summary>
/// <remarks>Form: docs/formats/keyspace.md.</remarks>
public static class RowSpace
{
    /// <summary>What is kept once for the whole vnode.</summary>
    public const byte Meta = 0x00;

    /// <summary>One row for each id: a finished job, or where the job waits. Apply asks for ids that were never there.
    /// </summary>
    public const byte Jobs = 0x01;

    /// <summary>Waiting jobs by due time, whole.</summary>
    public const byte Due = 0x02;

    /// <summary>Waiting jobs of backlogs by route and due time, whole.</summary>
    public const byte Backlog = 0x03;
}
