namespace TimeMachine.Core.Tests.Raft;

public sealed class RandomGroupTests
{
    private const int Seeds = 3;

    [Theory]
    [InlineData(3, 100, false)]
    [InlineData(4, 200, false)]
    [InlineData(5, 300, false)]
    [InlineData(3, 400, true)]
    [InlineData(5, 500, true)]
    public void A_group_is_safe_under_faults_and_lives_after_them(int voters, int firstSeed, bool changesMembers)
    {
        for (var seed = firstSeed; seed < firstSeed + Seeds; seed++)
        {
            var group = new RandomGroup(voters, (ulong)seed, changesMembers);
            try
            {
                group.Run(2_500);
                var before = group.Checker.Committed;
                group.IsFaulty = false;
                group.Run(1_500);

                group.AssertConverged();
                Assert.True(group.Checker.Committed - before > 50, "no progress");
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}, at {group.Now} ms: {exception.Message}", exception);
            }
        }
    }
}
