namespace TimeMachine.Simulation.Faults;

/// <content>Leaders that are cut off or stand still; half of them with a request at hand.</content>
public sealed partial class Nemesis
{
    private bool StrikeLeader(ActiveFault active, int number)
    {
        active.Node = PickLeader(active.Draws);
        if (active.Node > 0 && active.Draws.Chance(1, 2))
        {
            AwaitSend(active, number);
        }
        else if (active.Node > 0)
        {
            Strike(active);
        }

        return active.Node > 0;
    }

    /// <summary>Strikes at the very moment at which the node has planned, or has just written, a request.</summary>
    private void AwaitSend(ActiveFault active, int number)
    {
        var wantsWritten = active.Draws.Chance(1, 2);
        var host = _network.HostAt(active.Node);
        host.Sending = isWritten =>
        {
            if (isWritten == wantsWritten)
            {
                host.Sending = null;
                StepLater(number, 0);
            }
        };
    }

    /// <summary>Short enough that the old leader comes back while what it began is still under way.</summary>
    private void StrikeSender(ActiveFault active, int number)
    {
        Strike(active);
        var longestMs = active.Draws.Chance(1, 2) ? _swarm.ElectionMinMs * 3 / 2 : _swarm.ElectionMaxMs * 2;
        var durationUs = active.Draws.Between(_swarm.ElectionMinMs, longestMs) * 1_000;
        _world.Schedule(_world.NowUs + durationUs, this, End, number);
    }

    private void Strike(ActiveFault active)
    {
        if (active.Fault.Kind == FaultKind.FrozenLeader)
        {
            _network.HostAt(active.Node).Freeze();
        }
        else
        {
            IsolateNode(active);
        }
    }
}
