namespace TimeMachine.Simulation.Kernel;

/// <summary>Buffers that outlive a run: the runs of one thread take turns in them, so that a seed allocates
/// little.</summary>
public sealed class WorldMemory
{
    private readonly Dictionary<int, Stack<byte[]>> _free = [];
    private readonly List<byte[]> _lent = [];
    private readonly Stack<MessageBuffer> _freeMessages = new();
    private readonly List<MessageBuffer> _allMessages = [];

    internal EventHeap Queue { get; } = new();

    /// <summary>Lends a zeroed array of exactly this size until the run's end.</summary>
    public byte[] LendZeroed(int bytes)
    {
        byte[] array;
        if (_free.TryGetValue(bytes, out var stack) && stack.TryPop(out var used))
        {
            array = used;
            Array.Clear(array);
        }
        else
        {
            array = new byte[bytes];
        }

        _lent.Add(array);
        return array;
    }

    internal MessageBuffer TakeMessage()
    {
        if (!_freeMessages.TryPop(out var message))
        {
            message = new MessageBuffer();
            _allMessages.Add(message);
        }

        Invariant.Require(message.References == 0);
        message.References = 1;
        return message;
    }

    internal void Release(MessageBuffer message)
    {
        Invariant.Require(message.References > 0);
        if (--message.References == 0)
        {
            message.Attachment = null;
            _freeMessages.Push(message);
        }
    }

    internal void Reset()
    {
        Queue.Clear();
        foreach (var array in _lent)
        {
            if (!_free.TryGetValue(array.Length, out var stack))
            {
                _free[array.Length] = stack = new Stack<byte[]>();
            }

            stack.Push(array);
        }

        _lent.Clear();
        _freeMessages.Clear();
        foreach (var message in _allMessages)
        {
            message.References = 0;
            message.Attachment = null;
            _freeMessages.Push(message);
        }
    }
}
