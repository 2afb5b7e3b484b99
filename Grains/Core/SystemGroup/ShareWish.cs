namespace TimeMachine.Core.SystemGroup;

/// <summary>What one holder wants of a limit, and what it gets.</summary>
internal struct ShareWish
{
    /// <summary>What it could use.</summary>
    public int Wanted;

    /// <summary>Whether jobs wait there.</summary>
    public bool IsStarved;

    /// <summary>What it has.</summary>
    public int Held;

    /// <summary>What it should have.</summary>
    public int Target;
}
