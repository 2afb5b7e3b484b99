using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Json;

/// <summary>The words for the states of jobs.</summary>
internal static class StateJson
{
    private static readonly (JobStatus State, string Word)[] Words =
    [
        (JobStatus.Scheduled, "scheduled"),
        (JobStatus.Claimed, "claimed"),
        (JobStatus.Retrying, "retrying"),
        (JobStatus.Delivered, "delivered"),
        (JobStatus.Dead, "dead"),
        (JobStatus.Unknown, "unknown"),
        (JobStatus.Cancelled, "cancelled"),
        (JobStatus.Expired, "expired"),
    ];

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Words.Select(word => word.Word)];

    /// <summary>The word; of a state that a newer node made, <c>other</c>.</summary>
    public static string Word(JobStatus state)
    {
        foreach (var (known, word) in Words)
        {
            if (known == state)
            {
                return word;
            }
        }

        return "other";
    }

    /// <summary>The state; null if the word is none.</summary>
    public static JobStatus? Parse(string word)
    {
        foreach (var (state, known) in Words)
        {
            if (known == word)
            {
                return state;
            }
        }

        return null;
    }
}
