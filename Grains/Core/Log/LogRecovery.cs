namespace TimeMachine.Core.Log;

/// <summary>Makes a node log from what the segment files hold. A new log = no images.</summary>
public static class LogRecovery
{
    /// <summary>The caller has synced every slot before it read it.</summary>
    public static LogRecoveryResult Recover(LogOptions options, IReadOnlyList<SegmentImage> images, MonoMs now) => throw new NotSupportedException();
}
