namespace TimeMachine.Core.Tests.RaftCluster;

public sealed class RandomClusterTests
{
    [Theory]
    [InlineData(1, 1UL)]
    [InlineData(3, 2UL)]
    [InlineData(3, 3UL)]
    [InlineData(4, 4UL)]
    [InlineData(5, 5UL)]
    [InlineData(5, 6UL)]
    public void A_group_stays_right_under_loss_and_crashes_and_goes_on_after_them(int voters, ulong firstSeed)
    {
        for (var seed = firstSeed * 1_000; seed < (firstSeed * 1_000) + 20; seed++)
        {
            var cluster = new RaftCluster(voters, seed);

            cluster.Run(3_000);
            cluster.IsFaulty = false;
            var before = cluster.AppliedCount;
            cluster.Run(1_500);

            Assert.True(cluster.AppliedCount > before + 50, $"seed {seed}: no progress");
            Assert.True(cluster.LeaderCount > 0);
            var (low, high) = cluster.Applied();
            Assert.True(high - low < 50, $"seed {seed}: {low} lags behind {high}");
        }
    }
}
