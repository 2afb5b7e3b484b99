using System.Buffers;
using System.Runtime.InteropServices;
using TimeMachine.Core.Log;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.RaftLog;

/// <summary>
/// What the slots of a log held at start. Hundreds of megabytes, needed once: kept outside of the collected heap and
/// given back as soon as the groups are opened.
/// </summary>
public sealed class SegmentImages : IDisposable
{
    private readonly List<NativeBytes> _buffers = [];
    private readonly List<SegmentImage> _all = [];

    internal SegmentImages()
    {
    }

    /// <summary>The images, by slot; not to be used once this is disposed of.</summary>
    public IReadOnlyList<SegmentImage> All => _all;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (IDisposable buffer in _buffers)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
        _all.Clear();
    }

    internal void Add(int slot, IStorageFile file)
    {
        var buffer = new NativeBytes(checked((int)file.Length));
        _buffers.Add(buffer);
        var read = file.Read(0, buffer.GetSpan());
        _all.Add(new SegmentImage(slot, buffer.Memory[..read]));
    }

    private sealed unsafe class NativeBytes(int length) : MemoryManager<byte>
    {
        private byte* _bytes = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, length));

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return new Span<byte>(_bytes, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return new MemoryHandle(_bytes + elementIndex);
        }

        public override void Unpin()
        {
            // Native memory does not move.
        }

        protected override void Dispose(bool disposing)
        {
            NativeMemory.Free(_bytes);
            _bytes = null;
        }
    }
}
