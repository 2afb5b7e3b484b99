using System.Globalization;

namespace TimeMachine.Storage.RaftLog;

/// <summary>Something in a node's log that is not as it was written.</summary>
/// <param name="Slot">The slot; null if it is no slot's.</param>
/// <param name="Offset">Where in its file, in bytes; null if it has no place.</param>
/// <param name="Group">The group that it hits; null if that is not known, or none is.</param>
/// <param name="What">What it is.</param>
internal sealed record LogFinding(int? Slot, int? Offset, int? Group, string What)
{
    /// <summary>One line that tells it.</summary>
    public override string ToString()
    {
        var place = Slot is null ? "" : string.Create(CultureInfo.InvariantCulture, $"slot {Slot} offset {Offset}: ");
        var group = Group is null ? "" : string.Create(CultureInfo.InvariantCulture, $"group {Group}: ");
        return place + group + What;
    }
}
