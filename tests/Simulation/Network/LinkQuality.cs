namespace TimeMachine.Simulation.Network;

/// <summary>How a directed link behaves; as a fault, what is added to its usual behaviour.</summary>
/// <param name="LossPpm">Messages lost, in parts per million.</param>
/// <param name="DuplicatePpm">Messages delivered twice.</param>
/// <param name="ReorderPpm">Messages that later ones may overtake.</param>
/// <param name="DelayUs">The least delay in microseconds.</param>
/// <param name="JitterUs">The mean of what comes on top, with a long tail.</param>
/// <param name="MicrosPerKib">Transfer time of 1,024 bytes.</param>
public readonly record struct LinkQuality(
    int LossPpm = 0, int DuplicatePpm = 0, int ReorderPpm = 0, int DelayUs = 0, int JitterUs = 0, int MicrosPerKib = 0)
{
    /// <summary>Adds a fault to a link.</summary>
    public static LinkQuality operator +(LinkQuality left, LinkQuality right) => new(
        left.LossPpm + right.LossPpm,
        left.DuplicatePpm + right.DuplicatePpm,
        left.ReorderPpm + right.ReorderPpm,
        left.DelayUs + right.DelayUs,
        left.JitterUs + right.JitterUs,
        left.MicrosPerKib + right.MicrosPerKib);

    /// <summary>Takes a fault from a link.</summary>
    public static LinkQuality operator -(LinkQuality left, LinkQuality right) => new(
        left.LossPpm - right.LossPpm,
        left.DuplicatePpm - right.DuplicatePpm,
        left.ReorderPpm - right.ReorderPpm,
        left.DelayUs - right.DelayUs,
        left.JitterUs - right.JitterUs,
        left.MicrosPerKib - right.MicrosPerKib);
}
