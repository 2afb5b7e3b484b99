namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of the node's log and engine.</summary>
internal static class LogMutants
{
    private const string Recycling = "NodeLog.Recycling.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("recycle-with-the-only-vote", Recycling,
            "return !log.HasHardState || log.HardStateEpoch > epoch || AddHardStateAgain(log);", "return true;"),
        new("recycle-with-the-only-configuration", Recycling,
            "if (log.StartEpoch <= epoch && !AddStartAgain(log))",
            "if (log.StartEpoch > epoch && !AddStartAgain(log))"),
        new("recycle-uncheckpointed-entries", Recycling,
            "if (index <= log.Checkpoint)", "if (index <= log.Checkpoint + 1_000_000)"),
        new("dead-replica-forgotten", Recycling,
            "if (_dead[at].Epoch <= victim.Epoch &&", "if (_dead[at].Epoch > victim.Epoch &&"),
        new("later-batches-counted-as-synced", "NodeEngine.Inputs.cs",
            "while (_notes.TryPeek(out var note) && note.Batch <= batch)", "while (_notes.TryPeek(out var note))"),
    ];
}
