using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Tests.Faults;

public sealed class FaultScheduleTests
{
    [Fact]
    public void Every_seed_stays_within_the_bounds_of_the_swarm()
    {
        for (ulong seed = 1; seed <= 2_000; seed++)
        {
            var swarm = Swarming.Draw(new RunDraws(seed).Swarm);

            Assert.InRange(swarm.NodeCount, 3, 7);
            Assert.InRange(swarm.InitialNodeCount, swarm.Has(FaultKind.Growth) ? 1 : 3, swarm.NodeCount);
            Assert.InRange(swarm.VNodeCount, 4, 24);
            Assert.InRange(swarm.HeartbeatMs, 50, 600);
            Assert.InRange(swarm.ElectionMinMs, 6 * swarm.HeartbeatMs, 12 * swarm.HeartbeatMs);
            Assert.True(swarm.Faults.Distinct().Count() >= Swarming.FaultKindsDrawnMin);
        }
    }

    [Fact]
    public void Every_kind_of_fault_is_on_in_some_seeds_and_off_in_others()
    {
        var swarms = Enumerable.Range(1, 500).Select(seed => Swarming.Draw(new RunDraws((ulong)seed).Swarm)).ToList();

        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            Assert.InRange(swarms.Count(swarm => swarm.Has(kind)), 50, 450);
        }
    }

    [Fact]
    public void All_faults_begin_after_the_start_and_end_before_the_quiet_phase()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            var (swarm, faults) = Draw(seed);

            Assert.All(faults, fault => Assert.InRange(fault.StartUs, FaultSchedule.FirstUs, swarm.FaultsEndUs));
            Assert.All(faults, fault => Assert.True(fault.StartUs + fault.DurationUs <= swarm.FaultsEndUs));
            Assert.Equal(faults.Select(fault => fault.StartUs).Order(), faults.Select(fault => fault.StartUs));
        }
    }

    [Fact]
    public void At_most_one_wall_clock_is_wrong_at_any_time()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            var spells = Draw(seed).Faults.Where(fault => FaultSchedule.IsClock(fault.Kind)).ToList();
            for (var i = 1; i < spells.Count; i++)
            {
                var overUs = spells[i - 1].StartUs + spells[i - 1].DurationUs;
                Assert.True(spells[i].StartUs >= overUs + FaultSchedule.ClockRestUs);
            }
        }
    }

    private static (SwarmConfig Swarm, IReadOnlyList<ScheduledFault> Faults) Draw(ulong seed)
    {
        var draws = new RunDraws(seed);
        var swarm = Swarming.Draw(draws.Swarm);
        return (swarm, FaultSchedule.Draw(swarm, draws.Faults));
    }
}
