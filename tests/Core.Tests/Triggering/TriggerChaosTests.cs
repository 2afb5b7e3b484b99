using CsCheck;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed class TriggerChaosTests
{
    private const int JobCount = 60;
    private const long QuietAt = 9_000;
    private const long EndAt = 24_000;

    [Fact]
    public void Whatever_fails_every_due_job_is_claimed_once_an_attempt_and_none_is_early_lost_or_sent_after_a_stop() =>
        Gen.ULong.Sample(seed => new Run(seed, elections: 4).Check(), iter: 15, seed: "0000KHxZ9xW4", threads: 1);

    [Fact]
    public void Under_one_leader_every_job_that_is_taken_is_taken_once() =>
        Gen.ULong.Sample(seed => new Run(seed, elections: 0).Check(), iter: 15, seed: "0000KHxZ9xW4", threads: 1);

    /// <summary>
    /// One life of a vnode: everything that goes wrong is drawn from the seed and ends at <see cref="QuietAt"/>.
    /// </summary>
    private sealed class Run
    {
        private readonly TriggerRig _rig;
        private readonly int _elections;
        private readonly HashSet<CommandNumber> _taken = [];
        private readonly Dictionary<CommandNumber, int> _wrote = [];
        private readonly Dictionary<CommandNumber, int> _takenCount = [];
        private readonly List<(string Job, JobAnswer Answer)> _cancels = [];

        public Run(ulong seed, int elections)
        {
            _elections = elections;
            _rig = new TriggerRig(seed);
            if (_rig.Draws.Chance(1, 2))
            {
                _rig.Nodes[_rig.Draws.Below(3)].SkewMs = _rig.Draws.Between(-60_000, 60_000);
            }

            _rig.Recipient = Receive;
            _rig.CommitMs = () => _rig.Draws.Between(1, IsQuiet ? 3 : 40);
            _rig.ScanMs = () => _rig.Draws.Between(0, IsQuiet ? 2 : 60);
            _rig.IsRefused = () => !IsQuiet && _rig.Draws.Chance(1, 12);
            _rig.PutRoute("free", route => route with { TimeoutMs = 300 });
            _rig.PutRoute("two", route => route with { TimeoutMs = 300, Concurrency = 2 });
            _rig.PutRoute("slow", route => route with { TimeoutMs = 300, RatePerSecond = 40 });
            _rig.PutRoute("paused", route => route with { TimeoutMs = 300, IsPaused = true });
            _rig.RunTo(60);
            _rig.Elect(0);
            Plan();
        }

        private bool IsQuiet => _rig.Now >= QuietAt;

        public void Check()
        {
            for (var at = 100L; at <= EndAt; at += 100)
            {
                _rig.RunTo(at);
                CheckWatermark();
            }

            Assert.All(_rig.Arrivals, arrival => Assert.True(arrival.At >= arrival.TriggerAt));
            Assert.Distinct(_rig.Arrivals.Select(arrival => arrival.Claim));
            Assert.Equal(0, _rig.Machine.LiveCount);
            Assert.All(_rig.Nodes, node => Assert.Equal(0, node.Engine.Counters.WheelMissed));
            Assert.Equal(0, _rig.Engine.PendingCount);
            TriggerEngineTests.AssertAllSlotsFree(_rig);
            CheckCancels();
            CheckTaken();
        }

        private void Plan()
        {
            for (var i = 0; i < JobCount; i++)
            {
                var id = "j" + i;
                string[] routes = ["free", "two", "slow", "paused"];
                var route = routes[_rig.Draws.Below(4)];
                var mode = _rig.Draws.Chance(1, 3) ? DeliveryMode.AtMostOnce : DeliveryMode.RouteDefault;
                var due = _rig.Draws.Between(200, QuietAt - 1_000);
                _rig.At(_rig.Draws.Between(60, due + 300), () => Put(id, due, route, mode));
                if (_rig.Draws.Chance(1, 4))
                {
                    _rig.At(due + _rig.Draws.Between(-60, 200), () => _cancels.Add((id, _rig.Cancel(id))));
                }
                else if (_rig.Draws.Chance(1, 4))
                {
                    var later = due + _rig.Draws.Between(1, 700);
                    _rig.At(due + _rig.Draws.Between(-60, 30), () => Put(id, later, route, mode));
                }
            }

            for (var i = 0; i < _elections; i++)
            {
                var node = (int)_rig.Draws.Below(3);
                var lag = _rig.Draws.Between(0, 400);
                _rig.At(_rig.Draws.Between(200, QuietAt), () => _rig.ElectUnheard(node, lag));
            }

            _rig.At(_rig.Draws.Between(3_000, QuietAt), () => _rig.PutRoute("paused"));
        }

        private void Put(string id, long due, string route, DeliveryMode mode) =>
            _rig.Create(id, due, route, job => job with { Mode = mode });

        private (long TakesMs, AttemptResult Result)? Receive(SendRequest send)
        {
            var takesMs = _rig.Draws.Between(1, 80);
            switch (IsQuiet ? 0 : _rig.Draws.Below(12))
            {
                case 1:
                    return (takesMs, AttemptResult.NotConnected(1));
                case 2:
                    Count(_wrote, send.Version);
                    return (takesMs, AttemptResult.Answer(503, 1, 200));
                case 3:
                    Count(_wrote, send.Version);
                    return (300, AttemptResult.Lost(AttemptEnd.TimedOut, 300));
                default:
                    Count(_wrote, send.Version);
                    Count(_takenCount, send.Version);
                    _taken.Add(send.Version);
                    return (takesMs, AttemptResult.Answer(200, 1));
            }
        }

        private static void Count(Dictionary<CommandNumber, int> counts, CommandNumber version) =>
            counts[version] = counts.GetValueOrDefault(version) + 1;

        /// <summary>No waiting job lies below the watermark or the floor, and neither passes the lag.</summary>
        private void CheckWatermark()
        {
            var waiting = new List<DueJob>();
            _rig.Machine.ScanDue(default, new UnixMs(long.MaxValue), int.MaxValue, waiting);
            var lowest = waiting.Count == 0 ? long.MaxValue : waiting[0].Due.Value;
            var watermark = _rig.Engine.WatermarkOf(TriggerRig.Group).Value;
            Assert.True(watermark <= lowest);
            Assert.True(watermark <= TriggerRig.BaseMs + _rig.Now - 4_900);
            Assert.True(_rig.Machine.DueFloor.Value <= lowest);
        }

        private void CheckCancels()
        {
            foreach (var (job, answer) in _cancels.Where(cancel => cancel.Answer.IsOk))
            {
                var arrivals = _rig.Arrivals.Where(arrival => arrival.Version == answer.Version).ToList();
                if (answer.Cancel == CancelResult.Won)
                {
                    Assert.Empty(arrivals);
                }

                Assert.DoesNotContain(arrivals, arrival => arrival.Claim.Index > answer.Offset);
                Assert.Contains(_rig.View(job).State, new[] { JobState.Cancelled, JobState.Delivered });
            }
        }

        private void CheckTaken()
        {
            for (var i = 0; i < JobCount; i++)
            {
                var view = _rig.View("j" + i);
                var isTaken = _taken.Contains(view.Version);
                JobState[] over = [JobState.Delivered, JobState.Dead, JobState.Unknown, JobState.Cancelled];
                var isOver = over.Contains(view.State);
                Assert.True(isOver);
                Assert.True(isTaken || view.State != JobState.Delivered);
                if (view.Mode == DeliveryMode.AtMostOnce)
                {
                    Assert.True(_wrote.GetValueOrDefault(view.Version) <= 1);
                }
            }

            if (_elections == 0)
            {
                Assert.All(_takenCount.Values, count => Assert.Equal(1, count));
            }
        }
    }
}
