using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class GroupRecoveryTests
{
    private static readonly GroupId Group = new(4);

    [Theory]
    [InlineData(2, GroupStatus.Ok)]
    [InlineData(1, GroupStatus.Damaged)]
    [InlineData(3, GroupStatus.Damaged)]
    public void A_gap_in_the_record_numbers_is_damage(ulong second, GroupStatus expected)
    {
        var group = Born(sequence: 1);

        Take(group, Record(LogRecordKind.Entry, second) with { Index = new LogIndex(1) });

        Assert.Equal(expected, group.Finish().Status);
    }

    [Fact]
    public void A_record_of_another_replica_without_its_birth_is_damage()
    {
        var group = Born(sequence: 1);

        Take(group, Record(LogRecordKind.Entry, 2) with { Index = new LogIndex(1), Replica = new ReplicaId(77) });

        Assert.Equal(GroupStatus.Damaged, group.Finish().Status);
    }

    [Fact]
    public void Only_the_very_next_record_clears_a_suspicion()
    {
        var cleared = Born(sequence: 5);
        var suspect = Born(sequence: 5);
        cleared.MarkSuspect();
        suspect.MarkSuspect();

        Take(cleared, Record(LogRecordKind.Entry, 6) with { Index = new LogIndex(1) });

        Assert.Equal(GroupStatus.Ok, cleared.Finish().Status);
        Assert.Equal(GroupStatus.Damaged, suspect.Finish().Status);
    }

    [Fact]
    public void A_missing_entry_is_damage()
    {
        var group = Born(sequence: 1);

        Take(group, Record(LogRecordKind.Entry, 2) with { Index = new LogIndex(2) });

        Assert.Equal(GroupStatus.Damaged, group.Finish().Status);
    }

    [Fact]
    public void A_birth_ends_the_damage_of_the_replica_before()
    {
        var group = Born(sequence: 1);
        group.MarkDamaged();

        Take(group, Record(LogRecordKind.GroupStart, 1) with { Replica = new ReplicaId(77) });

        Assert.Equal(GroupStatus.Ok, group.Finish().Status);
        Assert.Equal(new ReplicaId(77), group.Replica);
    }

    [Fact]
    public void An_entry_written_again_replaces_nothing_that_came_later()
    {
        var group = Born(sequence: 1);
        for (var index = 1; index <= 3; index++)
        {
            Take(group, Record(LogRecordKind.Entry, (ulong)index + 1) with { Index = new LogIndex(index) });
        }

        var again = Record(LogRecordKind.Entry, 5) with { Index = new LogIndex(2), Origin = LogRecordOrigin.Rewrite };
        Take(group, again with { Term = new Term(1) });
        Take(group, Record(LogRecordKind.Entry, 6) with { Index = new LogIndex(2), Term = new Term(9) });

        var entries = group.Finish().Entries;
        Assert.Equal([1, 2], entries.Select(entry => (int)entry.Index.Value));
        Assert.Equal(new Term(9), entries[1].Term);
    }

    private static GroupRecovery Born(ulong sequence)
    {
        var group = new GroupRecovery(Group);
        Take(group, Record(LogRecordKind.GroupStart, sequence));
        return group;
    }

    private static RecordHeader Record(LogRecordKind kind, ulong sequence) => new()
    {
        Epoch = 1,
        Group = Group,
        Replica = new ReplicaId(9),
        Kind = kind,
        Sequence = sequence,
    };

    private static void Take(GroupRecovery group, RecordHeader header) =>
        group.Take(new FoundRecord(header, Group, 0, IsPayloadGood: true), new FoundSegment
        {
            Slot = 0,
            Bytes = new byte[256],
            Epoch = 1,
            Previous = default,
            IsWhole = true,
        });
}
