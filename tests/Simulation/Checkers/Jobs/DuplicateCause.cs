namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>Why a recipient may see a key again: the cases of promise 3.</summary>
public enum DuplicateCause
{
    /// <summary>None of them: a violation.</summary>
    None,

    /// <summary>(a) It was claimed and unresolved when its leader died, was cut off or handed over.</summary>
    Inherited,

    /// <summary>(b) The attempt before failed, or its answer was lost.</summary>
    Failed,

    /// <summary>(c) The user redrove it.</summary>
    Redriven,
}
