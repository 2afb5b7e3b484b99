namespace TimeMachine.Core.SystemGroup;

/// <summary>
/// Divides a limit: small wishes whole, the others alike, in whole units that add up to at most the limit.
/// </summary>
internal static class FairShares
{
    /// <summary>Sets each wish's target.</summary>
    /// <param name="limit">What there is.</param>
    /// <param name="wishes">In an order that does not change.</param>
    /// <param name="turn">With fewer units than holders, they go round: the turn says who comes first.</param>
    public static void Divide(int limit, Span<ShareWish> wishes, long turn)
    {
        var left = limit - GiveEqually(limit, wishes);
        left -= GiveRemainder(limit, left, wishes, turn);
        GiveSpare(left, wishes);
    }

    /// <summary>Fills all wishes at the same pace, until all are met or a unit for each is not left.</summary>
    private static int GiveEqually(int limit, Span<ShareWish> wishes)
    {
        var level = 0;
        var given = 0;
        while (true)
        {
            var unmet = 0;
            var step = int.MaxValue;
            foreach (var wish in wishes)
            {
                var isUnmet = wish.Wanted > level;
                unmet += isUnmet ? 1 : 0;
                step = isUnmet ? Math.Min(step, wish.Wanted - level) : step;
            }

            step = unmet == 0 ? 0 : Math.Min(step, (limit - given) / unmet);
            if (step == 0)
            {
                break;
            }

            level += step;
            given += step * unmet;
        }

        foreach (ref var wish in wishes)
        {
            wish.Target = Math.Min(wish.Wanted, level);
        }

        return given;
    }

    /// <summary>
    /// Less than a unit for each is left: to those who hold most, so that little moves, or else in turn.
    /// </summary>
    private static int GiveRemainder(int limit, int left, Span<ShareWish> wishes, long turn)
    {
        var given = 0;
        var goesRound = CountUnmet(wishes) > limit;
        for (; left > given; given++)
        {
            var best = -1;
            for (var i = 0; i < wishes.Length; i++)
            {
                var candidate = goesRound ? (int)((turn + i) % wishes.Length) : i;
                var isUnmet = wishes[candidate].Target < wishes[candidate].Wanted;
                var isBetter = best < 0 || (!goesRound && Excess(wishes[candidate]) > Excess(wishes[best]));
                best = isUnmet && isBetter ? candidate : best;
            }

            if (best < 0)
            {
                break;
            }

            wishes[best].Target++;
        }

        return given;
    }

    /// <summary>
    /// What nobody asked for goes to those whose jobs wait; else it stays free for whoever needs it next.
    /// </summary>
    private static void GiveSpare(int left, Span<ShareWish> wishes)
    {
        var starved = 0;
        foreach (var wish in wishes)
        {
            starved += wish.IsStarved ? 1 : 0;
        }

        foreach (ref var wish in wishes)
        {
            if (wish.IsStarved && left > 0)
            {
                var part = left / starved;
                wish.Target += part;
                left -= part;
                starved--;
            }
        }
    }

    private static int Excess(in ShareWish wish) => wish.Held - wish.Target;

    private static int CountUnmet(Span<ShareWish> wishes)
    {
        var unmet = 0;
        foreach (var wish in wishes)
        {
            unmet += wish.Wanted > 0 ? 1 : 0;
        }

        return unmet;
    }
}
