using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Replication;

/// <summary>The answer to one command of an entry.</summary>
public readonly record struct CommandAnswer(int Position, JobAnswer Answer);

/// <summary>What applying an entry gives out. The caller owns it and uses it again.</summary>
public sealed class ApplyOutput
{
    /// <summary>One answer a command, in order.</summary>
    public List<CommandAnswer> Answers { get; } = [];

    /// <summary>What the leader's triggering must know.</summary>
    public List<JobEffect> Effects { get; } = [];

    /// <summary>Empties both.</summary>
    public void Clear()
    {
        Answers.Clear();
        Effects.Clear();
    }
}
