namespace TimeMachine.Core.Raft;

/// <summary>A piece of memory that holds the payloads of many entries.</summary>
public sealed class PayloadSlab
{
    internal PayloadSlab(int bytes) => Bytes = new byte[bytes];

    internal byte[] Bytes { get; }

    internal int Used { get; set; }

    internal int Live { get; set; }
}
