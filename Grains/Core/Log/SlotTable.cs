namespace TimeMachine.Core.Log;

/// <summary>Which slots exist, are free, or hold a segment. The lowest free slot is taken first.</summary>
internal sealed class SlotTable
{
    private readonly List<SlotState> _states = [];

    private enum SlotState : byte
    {
        Absent,
        Preparing,
        Free,
        InUse,
    }

    /// <summary>How many slots are allocated and free.</summary>
    public int FreeCount { get; private set; }

    /// <summary>How many slots are allocated or about to be.</summary>
    public int AllocatedCount { get; private set; }

    /// <summary>The slot that is being allocated; -1 for none.</summary>
    public int Preparing { get; private set; } = -1;

    /// <summary>Picks the lowest absent slot and marks it as being allocated.</summary>
    public int BeginPrepare()
    {
        Invariant.Require(Preparing < 0);
        var slot = _states.IndexOf(SlotState.Absent);
        Preparing = slot >= 0 ? slot : _states.Count;
        Set(Preparing, SlotState.Preparing);
        return Preparing;
    }

    /// <summary>The allocation ended.</summary>
    public void EndPrepare(int slot, bool succeeded)
    {
        Invariant.Require(slot == Preparing);
        Preparing = -1;
        Set(slot, succeeded ? SlotState.Free : SlotState.Absent);
    }

    /// <summary>Takes the lowest free slot.</summary>
    public int TakeFree()
    {
        var slot = _states.IndexOf(SlotState.Free);
        Invariant.Require(slot >= 0);
        Set(slot, SlotState.InUse);
        return slot;
    }

    /// <summary>A slot found at start.</summary>
    public void AddFound(int slot, bool isInUse) => Set(slot, isInUse ? SlotState.InUse : SlotState.Free);

    /// <summary>The slot's segment is not needed any more.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="isWhole">Whether its file is allocated in full; otherwise it must be prepared anew.</param>
    public void Release(int slot, bool isWhole)
    {
        Invariant.Require(_states[slot] == SlotState.InUse);
        Set(slot, isWhole ? SlotState.Free : SlotState.Absent);
    }

    private void Set(int slot, SlotState state)
    {
        while (_states.Count <= slot)
        {
            _states.Add(SlotState.Absent);
        }

        FreeCount += Weight(state == SlotState.Free) - Weight(_states[slot] == SlotState.Free);
        AllocatedCount += Weight(state != SlotState.Absent) - Weight(_states[slot] != SlotState.Absent);
        _states[slot] = state;
    }

    private static int Weight(bool counts) => counts ? 1 : 0;
}
