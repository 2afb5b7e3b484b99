using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>Replicas that end while the log has no room for it.</summary>
public sealed class EndingTests
{
    [Fact]
    public void No_replica_of_a_group_begins_before_the_end_of_the_one_before_is_in_the_log()
    {
        var node = new EngineNode(1, new EngineOptions());
        var engine = node.Engine;
        var count = 0;
        while (engine.Create(new GroupId(count), new ReplicaId((ulong)count + 1), Configuration.Empty, default))
        {
            count++;
        }

        var ended = 0;
        do
        {
            engine.Remove(new GroupId(ended));
        }
        while (!engine.IsEnding(new GroupId(ended++)));

        var group = new GroupId(ended - 1);
        Assert.False(engine.Create(group, new ReplicaId(1_000_000), Configuration.Empty, default));
        Assert.Null(engine.Find(group));
        Assert.True(engine.IsDead(new ReplicaId((ulong)ended)));
    }
}
