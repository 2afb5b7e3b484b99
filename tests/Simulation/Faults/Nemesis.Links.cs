using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Faults;

/// <content>Faults of links between nodes. Clients keep their links unless a whole node is isolated from them
/// too.</content>
public sealed partial class Nemesis
{
    private bool DegradeLinks(ActiveFault active)
    {
        var draws = active.Draws;
        active.Quality = active.Fault.Kind switch
        {
            FaultKind.Loss => new LinkQuality(LossPpm: (int)draws.Between(10_000, 300_000)),
            FaultKind.Delay => new LinkQuality(
                DelayUs: (int)draws.Between(0, 50_000), JitterUs: (int)draws.Between(1_000, 100_000)),
            FaultKind.Duplication => new LinkQuality(DuplicatePpm: (int)draws.Between(10_000, 300_000)),
            _ => new LinkQuality(
                ReorderPpm: (int)draws.Between(20_000, 500_000), JitterUs: (int)draws.Between(0, 20_000)),
        };
        var isWhole = draws.Chance(1, 2);
        for (var from = 1; from <= _swarm.NodeCount; from++)
        {
            for (var to = 1; to <= _swarm.NodeCount; to++)
            {
                if (from != to && (isWhole || draws.Chance(1, 3)))
                {
                    active.Links.Add((from, to));
                }
            }
        }

        Degrade(active);
        return active.Links.Count > 0;
    }

    private bool SlowNode(ActiveFault active)
    {
        active.Node = PickRunning(active.Draws);
        active.Quality = new LinkQuality(
            DelayUs: (int)active.Draws.Between(5_000, 100_000),
            JitterUs: (int)active.Draws.Between(1_000, 50_000),
            MicrosPerKib: (int)active.Draws.Between(100, 20_000));
        AddLinksOf(active);
        Degrade(active);
        return active.Node > 0;
    }

    private bool Part(ActiveFault active, bool isOneWay)
    {
        var side = 1 + active.Draws.Index((1 << _swarm.NodeCount) - 2);
        active.Other = side;
        for (var from = 1; from <= _swarm.NodeCount; from++)
        {
            for (var to = 1; to <= _swarm.NodeCount; to++)
            {
                var isFromSide = IsIn(side, from);
                if (isFromSide != IsIn(side, to) && (isFromSide || !isOneWay))
                {
                    active.Links.Add((from, to));
                }
            }
        }

        CutLinks(active);
        return true;
    }

    private void IsolateNode(ActiveFault active)
    {
        AddLinksOf(active);
        if (active.Draws.Chance(1, 3))
        {
            AddOutsiders(active);
        }

        CutLinks(active);
    }

    private bool BeginFlapping(ActiveFault active, int number)
    {
        active.Node = 1 + active.Draws.Index(_swarm.NodeCount);
        active.Other = 1 + active.Draws.Index(_swarm.NodeCount);
        if (active.Other == active.Node)
        {
            active.Other = 1 + (active.Node % _swarm.NodeCount);
        }

        active.Links.Add((active.Node, active.Other));
        active.Links.Add((active.Other, active.Node));
        Flap(active, number);
        return true;
    }

    private void Flap(ActiveFault active, int number)
    {
        if (active.IsCut)
        {
            MendLinks(active);
        }
        else
        {
            CutLinks(active);
        }

        StepLater(number, active.Draws.Between(20, 3_000) * 1_000);
    }

    private void AddLinksOf(ActiveFault active)
    {
        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            if (node != active.Node && active.Node > 0)
            {
                active.Links.Add((active.Node, node));
                active.Links.Add((node, active.Node));
            }
        }
    }

    private void AddOutsiders(ActiveFault active)
    {
        foreach (var host in _network.Hosts)
        {
            if (host.Address > _swarm.NodeCount)
            {
                active.Links.Add((active.Node, host.Address));
                active.Links.Add((host.Address, active.Node));
            }
        }
    }

    private void Degrade(ActiveFault active)
    {
        foreach (var (from, to) in active.Links)
        {
            _network.Degrade(from, to, active.Quality);
        }
    }

    private void CutLinks(ActiveFault active)
    {
        active.IsCut = true;
        foreach (var (from, to) in active.Links)
        {
            _network.Cut(from, to);
        }
    }

    private void MendLinks(ActiveFault active)
    {
        active.IsCut = false;
        foreach (var (from, to) in active.Links)
        {
            _network.Mend(from, to);
        }
    }

    private void EndLinks(ActiveFault active)
    {
        if (active.IsCut)
        {
            MendLinks(active);
        }

        if (active.Quality != default)
        {
            foreach (var (from, to) in active.Links)
            {
                _network.Restore(from, to, active.Quality);
            }
        }
    }

    private static bool IsIn(int side, int node) => ((side >> (node - 1)) & 1) != 0;
}
