using System.Globalization;

namespace TimeMachine.Chaos;

/// <summary>A request as its recipient saw it. Times are in microseconds since 1970.</summary>
internal sealed class SeenRequest
{
    private long _endedUs = long.MaxValue;

    /// <summary>Reads the head of a request.</summary>
    /// <param name="head">All up to the empty line.</param>
    /// <param name="number">How many its recipient saw before it.</param>
    /// <param name="firstByteUs">When its first byte came.</param>
    public SeenRequest(string head, int number, long firstByteUs)
    {
        FirstByteUs = firstByteUs;
        (Number, HeadBytes) = (number, head.Length);
        Job = FieldOf(head, "Time-Machine-Job");
        Fence = FieldOf(head, "Time-Machine-Fence");
        Attempt = NumberOf(head, "Time-Machine-Attempt");
        BodyBytes = NumberOf(head, "Content-Length");
        var isKnown = int.TryParse(
            FieldOf(head, "webhook-id").Split('_').ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var vnode);
        VNode = isKnown ? vnode : -1;
    }

    /// <summary>How many its recipient saw before it.</summary>
    public int Number { get; }

    /// <summary>When its first byte came.</summary>
    public long FirstByteUs { get; }

    /// <summary>When it was answered, or either side closed its connection; the end of time before that.</summary>
    public long EndedUs
    {
        get => Volatile.Read(ref _endedUs);
        set => Volatile.Write(ref _endedUs, value);
    }

    /// <summary>What was done with it.</summary>
    public Manner Manner { get; set; }

    /// <summary>The job; empty if the head was not whole.</summary>
    public string Job { get; }

    /// <summary>The claim's number.</summary>
    public string Fence { get; }

    /// <summary>The attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The bytes of its head.</summary>
    public int HeadBytes { get; }

    /// <summary>The bytes of its body.</summary>
    public int BodyBytes { get; }

    /// <summary>The job's vnode; -1 if it is not known.</summary>
    public int VNode { get; }

    private static int NumberOf(string head, string name) =>
        int.TryParse(FieldOf(head, name), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string FieldOf(string head, string name)
    {
        var line = head.Split("\r\n").FirstOrDefault(
            line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line is null ? "" : line[(name.Length + 1)..].Trim();
    }
}
