namespace TimeMachine.Simulation.Kernel;

/// <summary>A message on its way; shared by its duplicates, counted, and used again.</summary>
internal sealed class MessageBuffer
{
    public int From { get; set; }

    public int To { get; set; }

    public int Lane { get; set; }

    public int Length { get; set; }

    public long SentUs { get; set; }

    public object? Attachment { get; set; }

    public int References { get; set; }

    public byte[] Bytes { get; private set; } = [];

    public void Fill(ReadOnlySpan<byte> bytes)
    {
        if (Bytes.Length < bytes.Length)
        {
            Bytes = new byte[Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)bytes.Length))];
        }

        bytes.CopyTo(Bytes);
        Length = bytes.Length;
    }
}
