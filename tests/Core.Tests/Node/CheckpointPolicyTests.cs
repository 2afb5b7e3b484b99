using TimeMachine.Core.Node;

namespace TimeMachine.Core.Tests.Node;

public sealed class CheckpointPolicyTests
{
    private static readonly GroupId Group = GroupId.Of(new VNodeId(3));
    private readonly CheckpointPolicy _policy = new(new CheckpointOptions { EntriesMax = 10 });
    private readonly List<GroupId> _taken = [];

    [Fact]
    public void A_group_is_taken_when_it_is_far_enough_behind_its_checkpoint()
    {
        _policy.Add(Group, new LogIndex(5));

        Applied(14);
        Assert.Empty(_taken);

        Applied(15);
        Assert.Equal(Group, Assert.Single(_taken));
    }

    [Fact]
    public void While_an_image_becomes_the_durable_state_no_checkpoint_begins()
    {
        _policy.Add(Group, new LogIndex(5));
        _policy.Hold(Group, imageId: 1);

        Applied(40);
        Assert.Empty(_taken);

        _policy.Hold(Group, imageId: 2);
        _policy.Release(Group, imageId: 1);
        Applied(41);
        Assert.Empty(_taken);

        _policy.Release(Group, imageId: 2);
        Applied(42);
        Assert.Single(_taken);
    }

    private void Applied(long index)
    {
        _policy.OnApplied(Group, new LogIndex(index), new MonoMs(index));
        _policy.Take(new MonoMs(index), _taken);
    }
}
