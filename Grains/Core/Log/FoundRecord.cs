namespace TimeMachine.Core.Log;

/// <summary>A record as recovery sees it.</summary>
/// <param name="Header">Its header; empty when that does not verify.</param>
/// <param name="Group">Its group: by its header, or by the directory.</param>
/// <param name="Offset">Its offset in the segment, in bytes.</param>
/// <param name="IsPayloadGood">Whether its payload verifies.</param>
internal readonly record struct FoundRecord(RecordHeader Header, GroupId Group, int Offset, bool IsPayloadGood)
{
    /// <summary>Whether its header verifies.</summary>
    public bool IsHeaderGood => Header.Epoch != 0;
}
