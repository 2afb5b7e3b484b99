namespace TimeMachine.Storage.JobStore;

/// <summary>
/// Memory for the bytes of fresh rows, taken from blocks: two small objects a row, all alive until the next merge, cost
/// the collector more than the rows cost the tree. A block is freed when nothing refers to any row in it.
/// </summary>
internal sealed class RowMemory
{
    /// <summary>Below what counts as a large object, which only a full collection frees.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>A row above this gets memory of its own: it would waste what is left of a block.</summary>
    private const int SharedBytesMax = BlockBytes / 16;

    private Memory<byte> _rest;

    /// <summary>Takes memory that is never given out again; its content is undefined.</summary>
    public Memory<byte> Take(int bytes)
    {
        if (bytes > SharedBytesMax)
        {
            return GC.AllocateUninitializedArray<byte>(bytes);
        }

        if (bytes > _rest.Length)
        {
            _rest = GC.AllocateUninitializedArray<byte>(BlockBytes);
        }

        var taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }
}
