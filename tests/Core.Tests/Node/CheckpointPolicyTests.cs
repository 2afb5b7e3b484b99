using TimeMachine.Core.Node;

namespace TimeMachine.Core.Tests.Node;

public sealed class CheckpointPolicyTests
{
    private static readonly GroupId Group = GroupId.Of(new VNodeId(3));
    private static readonly GroupId Other = GroupId.Of(new VNodeId(4));
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

    [Fact]
    public void At_half_of_the_memory_the_replica_with_the_most_rows_goes_first()
    {
        var policy = SmallPolicy();
        Grow(policy, Group, 200);
        Grow(policy, Other, 299);
        Assert.Empty(Taken(policy));

        Grow(policy, Other, 300);

        Assert.Equal([Other], Taken(policy));
        Assert.False(policy.IsFull);
        Grow(policy, Group, 699);
        Assert.False(policy.IsFull);
        Grow(policy, Group, 700);
        Assert.True(policy.IsFull);
        Assert.Empty(Taken(policy));

        policy.OnEnded(Other, new LogIndex(9), new MonoMs(1));
        Assert.False(policy.IsFull);
        Assert.Equal([Group], Taken(policy));
    }

    [Fact]
    public void The_memory_of_a_replica_that_goes_is_given_back()
    {
        var policy = SmallPolicy();
        Grow(policy, Group, 600);
        Grow(policy, Other, 500);
        Assert.Equal([Group], Taken(policy));
        Grow(policy, Group, 100);
        Assert.True(policy.IsFull);

        policy.Remove(Group);

        Assert.False(policy.IsFull);
        Assert.Equal([Other], Taken(policy));
        policy.OnEnded(Other, default, new MonoMs(1));
        Assert.Empty(Taken(policy));
    }

    [Fact]
    public void A_failed_checkpoint_is_tried_again_after_a_while()
    {
        _policy.Add(Group, new LogIndex(5));
        Applied(15);
        Assert.Single(_taken);

        _policy.OnEnded(Group, default, new MonoMs(15));
        _policy.Take(new MonoMs(1_014), _taken);
        Assert.Single(_taken);

        _policy.Take(new MonoMs(1_015), _taken);
        Assert.Equal(2, _taken.Count);
    }

    [Fact]
    public void While_the_disk_takes_no_checkpoint_a_full_budget_refuses_new_work_and_holds_nothing_back()
    {
        var policy = SmallPolicy();
        Grow(policy, Group, 1_000);
        Assert.False(policy.IsStuck);
        Assert.Equal([Group], Taken(policy));
        Assert.False(policy.IsStuck);

        policy.OnEnded(Group, default, default);
        Grow(policy, Group, 999);
        Assert.False(policy.IsStuck);
        Grow(policy, Group, 1_000);
        Assert.True(policy.IsStuck);
        Assert.False(policy.IsFull);

        policy.Take(new MonoMs(1_000), _taken);
        Assert.Equal([Group], _taken);
        Assert.True(policy.IsStuck);
        policy.OnEnded(Group, new LogIndex(1), new MonoMs(1_000));
        Grow(policy, Group, 1_000);
        Assert.False(policy.IsStuck);
    }

    [Fact]
    public void A_replica_that_goes_takes_its_failed_checkpoint_along()
    {
        var policy = SmallPolicy();
        Grow(policy, Group, 1_000);
        Assert.Equal([Group], Taken(policy));
        policy.OnEnded(Group, default, default);
        Grow(policy, Other, 1_000);
        Assert.True(policy.IsStuck);

        policy.Remove(Group);

        Assert.False(policy.IsStuck);
    }

    private static void Grow(CheckpointPolicy policy, GroupId group, long bytes)
    {
        policy.OnApplied(group, new LogIndex(1), bytes, default);
    }

    private static CheckpointPolicy SmallPolicy()
    {
        var policy = new CheckpointPolicy(new CheckpointOptions { FreshBytesMax = 1_000, AtOnceMax = 1 });
        policy.Add(Group, default);
        policy.Add(Other, default);
        return policy;
    }

    private static List<GroupId> Taken(CheckpointPolicy policy)
    {
        var taken = new List<GroupId>();
        policy.Take(default, taken);
        return taken;
    }

    private void Applied(long index)
    {
        _policy.OnApplied(Group, new LogIndex(index), freshBytes: 0, new MonoMs(index));
        _policy.Take(new MonoMs(index), _taken);
    }
}
