namespace TimeMachine.Simulation.Network;

/// <content>Faults add up: each cut needs its own mending, each change of quality its own taking back.</content>
public sealed partial class SimNetwork
{
    /// <summary>Cuts the link in one direction; cuts are counted.</summary>
    public void Cut(int from, int to) => LinkOf(from, to).Cuts++;

    /// <summary>Takes one cut back; nothing if none is left.</summary>
    public void Mend(int from, int to)
    {
        ref var link = ref LinkOf(from, to);
        link.Cuts = Math.Max(0, link.Cuts - 1);
    }

    /// <summary>Cuts both directions.</summary>
    public void CutBoth(int left, int right)
    {
        Cut(left, right);
        Cut(right, left);
    }

    /// <summary>Takes one cut of both directions back.</summary>
    public void MendBoth(int left, int right)
    {
        Mend(left, right);
        Mend(right, left);
    }

    /// <summary>Whether a message sent now would meet a cut.</summary>
    public bool IsCut(int from, int to) => LinkOf(from, to).Cuts > 0;

    /// <summary>Makes a directed link worse.</summary>
    public void Degrade(int from, int to, in LinkQuality fault)
    {
        ref var link = ref LinkOf(from, to);
        link.Quality += fault;
    }

    /// <summary>Takes back what <see cref="Degrade"/> added.</summary>
    public void Restore(int from, int to, in LinkQuality fault)
    {
        ref var link = ref LinkOf(from, to);
        link.Quality -= fault;
        Invariant.Require(link.Quality.LossPpm >= 0);
    }

    /// <summary>Sets all links right.</summary>
    public void HealAll() => Array.Fill(_links, new Link { Quality = _usual });
}
