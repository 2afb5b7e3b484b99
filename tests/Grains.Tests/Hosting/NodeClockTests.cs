using TimeMachine.Grains.Hosting;

namespace TimeMachine.Grains.Tests.Hosting;

public sealed class NodeClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_reckoned_from_a_sample_is_never_ahead_of_the_machines_clock(int seed)
    {
        var time = new HaltingTime(seed);
        var clock = new NodeClock(time);

        for (var round = 0; round < 10_000; round++)
        {
            var (mono, wall) = clock.Sample();
            var reckoned = wall.Value + (clock.Now - mono);

            Assert.True(reckoned <= time.WallMs, $"{reckoned - time.WallMs} ms ahead");
            Assert.True(reckoned >= time.WallMs - HaltingTime.HaltMsMax - 2, $"{time.WallMs - reckoned} ms behind");
        }
    }

    /// <summary>Clocks of a machine on which the thread may be halted before any reading.</summary>
    private sealed class HaltingTime(int seed) : TimeProvider
    {
        public const int HaltMsMax = 40;
        private const long WallTicks = 638_000_000_000_004_321;
        private readonly Random _draws = new(seed);
        private long _ticks = 777;

        /// <summary>The wall clock's whole milliseconds, at the last reading of any.</summary>
        public long WallMs => Wall.ToUnixTimeMilliseconds();

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        private DateTimeOffset Wall => new(WallTicks + _ticks, TimeSpan.Zero);

        public override long GetTimestamp()
        {
            Halt();
            return _ticks;
        }

        public override DateTimeOffset GetUtcNow()
        {
            Halt();
            return Wall;
        }

        private void Halt() => _ticks += _draws.Next(4) == 0
            ? _draws.NextInt64(HaltMsMax / 2 * TimeSpan.TicksPerMillisecond)
            : _draws.NextInt64(TimeSpan.TicksPerMillisecond / 5);
    }
}
