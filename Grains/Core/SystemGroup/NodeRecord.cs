namespace TimeMachine.Core.SystemGroup;

/// <summary>A node as the system group knows it.</summary>
/// <param name="Node">Its id.</param>
/// <param name="Name">Its stable name.</param>
/// <param name="Incarnation">The random number on the one disk that may speak for it.</param>
/// <param name="IsRetired">Whether it was removed from the cluster.</param>
/// <param name="AdmittedAt">The command that admitted this incarnation.</param>
public sealed record NodeRecord(
    NodeId Node, string Name, ulong Incarnation, bool IsRetired, CommandNumber AdmittedAt)
{
    /// <summary>The most bytes of a name in UTF-8.</summary>
    public const int NameBytesMax = 256;
}
