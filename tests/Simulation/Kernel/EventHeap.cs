namespace TimeMachine.Simulation.Kernel;

/// <summary>Events ordered by (time, order of scheduling): a 4-ary heap of keys over a pool of event slots.</summary>
/// <remarks>Allocates only while it grows. Holds at most <see cref="EventsMax"/> events.</remarks>
public sealed class EventHeap
{
    /// <summary>More waiting events than this is a runaway run, and an invariant violation.</summary>
    public const int EventsMax = 4_000_000;

    private const int Arity = 4;

    private HeapKey[] _heap = new HeapKey[256];
    private EventSlot[] _slots = new EventSlot[256];
    private int _count;
    private int _freeSlot = -1;
    private int _slotsUsed;
    private uint _sequence;

    /// <summary>Waiting events.</summary>
    public int Count => _count;

    /// <summary>The time of the first event in microseconds; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextTimeUs => _count == 0 ? long.MaxValue : _heap[0].TimeUs;

    /// <summary>Adds one event.</summary>
    /// <exception cref="InvariantViolationException">More than <see cref="EventsMax"/> wait.</exception>
    public void Add(IEventTarget target, in SimEvent simEvent)
    {
        Invariant.Require(_count < EventsMax);
        var slot = TakeSlot();
        _slots[slot].Target = target;
        _slots[slot].Event = simEvent;
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        SiftUp(_count++, new HeapKey(simEvent.TimeUs, _sequence++, slot));
    }

    /// <summary>Takes the first event.</summary>
    /// <exception cref="InvariantViolationException">No event waits.</exception>
    public SimEvent Take(out IEventTarget target)
    {
        Invariant.Require(_count > 0);
        var slot = _heap[0].Slot;
        var last = _heap[--_count];
        if (_count > 0)
        {
            SiftDown(last);
        }

        target = _slots[slot].Target!;
        var taken = _slots[slot].Event;
        GiveBack(slot);
        return taken;
    }

    /// <summary>Forgets all events; keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_slots, 0, _slotsUsed);
        _count = 0;
        _slotsUsed = 0;
        _freeSlot = -1;
        _sequence = 0;
    }

    private int TakeSlot()
    {
        if (_freeSlot >= 0)
        {
            var slot = _freeSlot;
            _freeSlot = _slots[slot].NextFree;
            return slot;
        }

        if (_slotsUsed == _slots.Length)
        {
            Array.Resize(ref _slots, _slots.Length * 2);
        }

        return _slotsUsed++;
    }

    private void GiveBack(int slot)
    {
        _slots[slot] = new EventSlot { NextFree = _freeSlot };
        _freeSlot = slot;
    }

    private void SiftUp(int at, HeapKey key)
    {
        var heap = _heap;
        while (at > 0)
        {
            var parent = (at - 1) / Arity;
            if (!key.IsBefore(in heap[parent]))
            {
                break;
            }

            heap[at] = heap[parent];
            at = parent;
        }

        heap[at] = key;
    }

    private void SiftDown(HeapKey key)
    {
        var heap = _heap;
        var at = 0;
        while (true)
        {
            var first = (at * Arity) + 1;
            if (first >= _count)
            {
                break;
            }

            var least = LeastChild(heap, first, Math.Min(first + Arity, _count));
            if (!heap[least].IsBefore(in key))
            {
                break;
            }

            heap[at] = heap[least];
            at = least;
        }

        heap[at] = key;
    }

    private static int LeastChild(HeapKey[] heap, int first, int end)
    {
        var least = first;
        for (var child = first + 1; child < end; child++)
        {
            if (heap[child].IsBefore(in heap[least]))
            {
                least = child;
            }
        }

        return least;
    }

    private readonly record struct HeapKey(long TimeUs, uint Sequence, int Slot)
    {
        public bool IsBefore(in HeapKey other) =>
            TimeUs < other.TimeUs || (TimeUs == other.TimeUs && Sequence < other.Sequence);
    }

    private struct EventSlot
    {
        public IEventTarget? Target;
        public SimEvent Event;
        public int NextFree;
    }
}
