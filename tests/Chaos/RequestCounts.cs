namespace TimeMachine.Chaos;

/// <summary>How many requests there were within a time, and at one time.</summary>
internal static class RequestCounts
{
    /// <summary>The most that began within any window of so long.</summary>
    /// <param name="beginsUs">When each began, in any order.</param>
    /// <param name="windowUs">The window, in microseconds; its end is no part of it.</param>
    public static int MostWithin(IEnumerable<long> beginsUs, long windowUs)
    {
        var window = new Queue<long>();
        var most = 0;
        foreach (var beginUs in beginsUs.Order())
        {
            window.Enqueue(beginUs);
            while (window.Peek() <= beginUs - windowUs)
            {
                window.Dequeue();
            }

            most = Math.Max(most, window.Count);
        }

        return most;
    }

    /// <summary>The most that were open at once. One that begins when another ends is not open with it.</summary>
    /// <param name="spansUs">When each began and ended, in any order.</param>
    public static int MostAtOnce(IEnumerable<(long FromUs, long ToUs)> spansUs)
    {
        var ends = new PriorityQueue<long, long>();
        var most = 0;
        foreach (var (fromUs, toUs) in spansUs.OrderBy(static span => span.FromUs))
        {
            while (ends.TryPeek(out var endUs, out _) && endUs <= fromUs)
            {
                ends.Dequeue();
            }

            ends.Enqueue(toUs, toUs);
            most = Math.Max(most, ends.Count);
        }

        return most;
    }
}
