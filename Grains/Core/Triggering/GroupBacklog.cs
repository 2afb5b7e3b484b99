using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>What one led group has filed under a route, as far as it is not read.</summary>
internal sealed class GroupBacklog(LedGroup group, DuePosition from)
{
    public LedGroup Group { get; } = group;

    public ScanCursor Cursor { get; } = new(from);

    /// <summary>Whether something is left to read from the cursor on.</summary>
    public bool HasMore { get; set; } = true;
}
