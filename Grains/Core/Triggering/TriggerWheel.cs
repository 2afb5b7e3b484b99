using System.Numerics;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// Timers of one millisecond over the near window. It holds only numbers: the caller gives each timer an id of its own,
/// small and reused. Arming and cancelling cost the same however many timers there are; advancing costs what is due,
/// since empty milliseconds are skipped by bitmap.
/// </summary>
public sealed class TriggerWheel
{
    /// <summary>
    /// The milliseconds ahead that have a slot each; later timers wait in the last and are put down again.
    /// </summary>
    public const int SlotCount = 65_536;

    private const int None = -1;
    private const int OverdueSlot = SlotCount;
    private const int NoSlot = -2;
    private readonly int[] _heads = new int[SlotCount + 1];
    private readonly int[] _tails = new int[SlotCount + 1];
    private readonly ulong[] _words = new ulong[SlotCount / 64];
    private readonly ulong[] _groups = new ulong[SlotCount / 64 / 64];
    private Timer[] _timers = new Timer[1024];
    private UnixMs _now;

    /// <summary>Makes an empty wheel that stands at <paramref name="now"/>.</summary>
    public TriggerWheel(UnixMs now)
    {
        _now = now;
        Array.Fill(_heads, None);
        Array.Fill(_tails, None);
        Array.Fill(_timers, new Timer { Slot = NoSlot });
    }

    /// <summary>The time up to which everything was given out.</summary>
    public UnixMs Now => _now;

    /// <summary>How many timers are armed.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a timer, or moves it.</summary>
    /// <param name="id">From 0; memory grows with the largest.</param>
    /// <param name="at">When it is due; in the past means at the next advance.</param>
    public void Arm(int id, UnixMs at)
    {
        Cancel(id);
        EnsureRoom(id);
        _timers[id].At = at;
        Insert(id);
        Count++;
    }

    /// <summary>Cancels a timer; nothing happens if it is not armed.</summary>
    public void Cancel(int id)
    {
        if (IsArmed(id))
        {
            Unlink(id);
            Count--;
        }
    }

    /// <summary>Whether a timer is armed.</summary>
    public bool IsArmed(int id) => (uint)id < (uint)_timers.Length && _timers[id].Slot != NoSlot;

    /// <summary>Moves on and gives out the timers that are due, in order of their milliseconds.</summary>
    /// <param name="now">The time now; an earlier one than before counts as that.</param>
    /// <param name="due">Takes the ids.</param>
    public void Advance(UnixMs now, List<int> due)
    {
        now = now > _now ? now : _now;
        Drain(OverdueSlot, due);
        while (Count > 0 && now > _now && TryFindOccupied(_now, out var next) && next <= now)
        {
            _now = next;
            Drain(SlotOf(next), due);
        }

        _now = now;
    }

    /// <summary>When the next timer is due; false if none is armed.</summary>
    public bool TryGetNext(out UnixMs next)
    {
        next = _now;
        return Count > 0 && (_heads[OverdueSlot] != None || TryFindOccupied(_now, out next));
    }

    /// <summary>
    /// Stands at another time, also an earlier one, and keeps all timers. Costs as many steps as are armed.
    /// </summary>
    public void MoveTo(UnixMs now)
    {
        var armed = new List<int>(Count);
        for (var id = 0; id < _timers.Length; id++)
        {
            if (IsArmed(id))
            {
                Unlink(id);
                armed.Add(id);
            }
        }

        _now = now;
        armed.ForEach(Insert);
    }

    private void Drain(int slot, List<int> due)
    {
        var id = _heads[slot];
        _heads[slot] = None;
        _tails[slot] = None;
        Unmark(slot);
        while (id != None)
        {
            var next = _timers[id].Next;
            if (_timers[id].At <= _now)
            {
                _timers[id].Slot = NoSlot;
                Count--;
                due.Add(id);
            }
            else
            {
                Insert(id);
            }

            id = next;
        }
    }

    private static int SlotOf(UnixMs at) => (int)((ulong)at.Value % SlotCount);

    private void Insert(int id)
    {
        ref var timer = ref _timers[id];
        var lastMs = Math.Min(timer.At.Value, _now.Value + SlotCount - 1);
        var slot = timer.At <= _now ? OverdueSlot : SlotOf(new UnixMs(lastMs));
        timer.Slot = slot;
        timer.Next = None;
        timer.Previous = _tails[slot];
        if (timer.Previous == None)
        {
            _heads[slot] = id;
            Mark(slot);
        }
        else
        {
            _timers[timer.Previous].Next = id;
        }

        _tails[slot] = id;
    }

    private void Unlink(int id)
    {
        ref var timer = ref _timers[id];
        var slot = timer.Slot;
        if (timer.Previous == None)
        {
            _heads[slot] = timer.Next;
        }
        else
        {
            _timers[timer.Previous].Next = timer.Next;
        }

        if (timer.Next == None)
        {
            _tails[slot] = timer.Previous;
        }
        else
        {
            _timers[timer.Next].Previous = timer.Previous;
        }

        timer.Slot = NoSlot;
        if (_heads[slot] == None)
        {
            Unmark(slot);
        }
    }

    private void Mark(int slot)
    {
        if (slot < SlotCount)
        {
            _words[slot / 64] |= 1UL << (slot % 64);
            _groups[slot / 4096] |= 1UL << (slot / 64 % 64);
        }
    }

    private void Unmark(int slot)
    {
        if (slot >= SlotCount)
        {
            return;
        }

        _words[slot / 64] &= ~(1UL << (slot % 64));
        if (_words[slot / 64] == 0)
        {
            _groups[slot / 4096] &= ~(1UL << (slot / 64 % 64));
        }
    }

    /// <summary>Finds the first occupied slot behind a time: at most a turn of the wheel ahead.</summary>
    private bool TryFindOccupied(UnixMs after, out UnixMs at)
    {
        var first = SlotOf(after + 1);
        var slot = FindFrom(first);
        slot = slot < 0 ? FindFrom(0) : slot;
        at = slot < 0 ? after : after + 1 + ((slot - first + SlotCount) % SlotCount);
        return slot >= 0;
    }

    /// <summary>The first occupied slot at or behind <paramref name="slot"/>; -1 if none is.</summary>
    private int FindFrom(int slot)
    {
        var word = _words[slot / 64] & (ulong.MaxValue << (slot % 64));
        if (word != 0)
        {
            return (slot / 64 * 64) + BitOperations.TrailingZeroCount(word);
        }

        var wordIndex = (slot / 64) + 1;
        for (var group = wordIndex / 64; group < _groups.Length; group++)
        {
            var mask = group == wordIndex / 64 ? ulong.MaxValue << (wordIndex % 64) : ulong.MaxValue;
            var words = _groups[group] & mask;
            if (words != 0)
            {
                var found = (group * 64) + BitOperations.TrailingZeroCount(words);
                return (found * 64) + BitOperations.TrailingZeroCount(_words[found]);
            }
        }

        return -1;
    }

    private void EnsureRoom(int id)
    {
        if (id < _timers.Length)
        {
            return;
        }

        var before = _timers.Length;
        Array.Resize(ref _timers, Math.Max(before * 2, id + 1));
        Array.Fill(_timers, new Timer { Slot = NoSlot }, before, _timers.Length - before);
    }

    private struct Timer
    {
        public UnixMs At;
        public int Next;
        public int Previous;
        public int Slot;
    }
}
